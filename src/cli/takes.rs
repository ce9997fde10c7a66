//! `takes` and `vary`: what was kept, rendered and varied.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{OutputArgs, TakesArgs, TakesCommand, VaryArgs};
use super::failure::{Failure, Kind};
use super::{bounce, packs, say, tell};
use crate::engine::offline::Request;
use crate::engine::reprise::{self, Candidate, Go, Reprise};
use crate::files::kind::{self, FileKind};
use crate::files::midi::{self, MidiSong};
use crate::files::output::{Existing, Outputs};
use crate::files::session;
use crate::files::state::{self, StateError};
use crate::files::take::{self, TakeError};
use crate::infer::TimbreCard;
use crate::report::voices;
use crate::score::nearest::did_you_mean;
use crate::score::take::{Making, Whole};
use crate::score::{PackName, Part, Take, Voices};

/// Read a take file, and tell what had to be mended.
pub(super) fn open(path: &Path, quiet: bool) -> Result<Take, Failure> {
    Ok(told(take::open(path)?, path, quiet))
}

fn told(read: take::Read, path: &Path, quiet: bool) -> Take {
    tell_mended(&read.mended, path, quiet);
    read.take
}

fn tell_mended(mended: &[String], path: &Path, quiet: bool) {
    for line in mended.iter().filter(|_| !quiet) {
        tell(&format!("antiphon-cli: mended in {}: {line}", path.display()));
    }
}

/// The takes of a session or a saved state, or the one of a take file.
fn open_all(path: &Path, quiet: bool) -> Result<Vec<Take>, Failure> {
    let bytes =
        bytes_of(path).map_err(|source| TakeError::Unreadable { path: path.to_owned(), source })?;
    let state = match kind::of_bytes(&bytes) {
        Some(FileKind::Session) => Cow::Owned(session::of_bytes(path, &bytes)?.state),
        Some(FileKind::State) => String::from_utf8_lossy(&bytes),
        _ => return Ok(vec![told(take::of_bytes(path, &bytes)?, path, quiet)]),
    };
    let mut read = state::read(&state).map_err(|error| {
        let (reason, advice) = match &error {
            StateError::Damaged(source) => (
                format!("{error}: {source}"),
                "save the song anew where it still opens, or give an older copy of the file",
            ),
            StateError::Newer(_) => {
                (error.to_string(), "use the Antiphon that saved it, or a newer one")
            }
        };
        Failure::new(Kind::Input, anyhow::anyhow!("{reason}: {}", path.display()), advice)
    })?;
    if std::str::from_utf8(&bytes).is_err() {
        read.mended.push(String::from("what is no UTF-8 in its texts reads \u{fffd}"));
    }
    tell_mended(&read.mended, path, quiet);
    if read.state.takes.is_empty() {
        let error = anyhow::anyhow!("find a take: none is kept in {}", path.display());
        return Err(Failure::new(Kind::Input, error, "keep one in the window's takes drawer"));
    }
    Ok(read.state.takes)
}

/// Read once, since what comes through a pipe is gone then. Of what is none of ours no more than a take may have.
fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(take::MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if matches!(kind::of_bytes(&bytes), Some(FileKind::Session | FileKind::State)) {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The take of this name, or of this number from 1.
fn find<'a>(takes: &'a [Take], wanted: &str) -> Result<&'a Take, Failure> {
    let number = wanted.parse().ok().and_then(|number: usize| number.checked_sub(1));
    let named = takes.iter().find(|take| take.name.eq_ignore_ascii_case(wanted));
    named.or_else(|| number.and_then(|index| takes.get(index))).ok_or_else(|| {
        let names: Vec<&str> = takes.iter().map(|take| take.name.as_str()).collect();
        let error = anyhow::anyhow!("find the take `{wanted}`: none has that name or number");
        let meant = did_you_mean(wanted, names.iter().copied());
        Failure::new(Kind::Usage, error, format!("{meant}there are {}", names.join(", ")))
    })
}

/// With the pack and the runtime that made it.
pub(super) fn made_by(take: Take, (pack, backend): (PackName, String)) -> Take {
    let making = Making { pack: Some(pack), backend, ..Making::clone(&take.making) };
    Take { making: Arc::new(making), ..take }
}

/// Where a take file is to be written, refused now if it would be refused later.
pub(super) fn place_for(path: &Path, output: &OutputArgs) -> Result<(Outputs, String), Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    if name.is_empty() {
        let error = anyhow::anyhow!("keep a take: no file name in {}", path.display());
        return Err(Failure::new(Kind::Usage, error, "name a file such as take.json"));
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let existing = if output.force { Existing::Replace } else { Existing::Keep };
    let outputs = Outputs::into_folder(folder.unwrap_or(Path::new(".")), existing)?;
    outputs.check(std::slice::from_ref(&name))?;
    Ok((outputs, name))
}

/// `takes list` and `takes export`.
pub(super) fn takes(args: &TakesArgs) -> Result<(), Failure> {
    match &args.command {
        TakesCommand::List { file, json } => list(file, *json),
        TakesCommand::Export(args) => {
            let takes = open_all(&args.file, args.output.quiet)?;
            let chosen: Vec<&Take> = if args.takes.is_empty() {
                takes.iter().collect()
            } else {
                args.takes.iter().map(|wanted| find(&takes, wanted)).collect::<Result<_, _>>()?
            };
            for take in chosen {
                let out = args.output.out.join(plain(&take.name));
                let output = OutputArgs { out, ..args.output.clone() };
                bounce::render_take(take, &output, &args.sound, &args.muse)?;
            }
            Ok(())
        }
    }
}

/// A name as a file may have it.
fn plain(name: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_');
    name.trim().chars().map(|sign| if is_plain(sign) { sign } else { '-' }).collect()
}

fn list(file: &Path, as_json: bool) -> Result<(), Failure> {
    let takes = open_all(file, as_json)?;
    if as_json {
        return say_json(&takes.iter().map(about).collect());
    }
    let line = |(number, take): (usize, &Take)| {
        let music = &take.music;
        let star = if take.starred { "*" } else { " " };
        let tags = if take.tags.is_empty() { String::new() } else { format!("  {}", take.tags) };
        format!(
            "{number:>3} {star} {:<24} {:>3} bars  {:>5.1} bpm  {:>5} notes  seed {}{tags}",
            take.name,
            music.bars(),
            music.tempo().bpm(),
            music.notes.len(),
            take.seed().0
        )
    };
    say(&(1..).zip(&takes).map(line).collect::<Vec<_>>().join("\n"))
}

fn about(take: &Take) -> Value {
    let music = &take.music;
    json!({
        "name": take.name,
        "starred": take.starred,
        "tags": take.tags,
        "bars": music.bars(),
        "tempo": music.tempo().bpm(),
        "meter": format!("{}/{}", music.meter().count(), music.meter().unit()),
        "notes": music.notes.len(),
        "seed": take.seed().0,
        "likelihood": music.likelihood,
        "can_be_improvised_again": take.making.whole == Whole::Yes,
    })
}

fn say_json(value: &Value) -> Result<(), Failure> {
    say(&serde_json::to_string_pretty(value).expect("plain values with text as keys"))
}

/// `vary`.
pub(super) fn vary(args: &VaryArgs) -> Result<(), Failure> {
    let takes = open_all(&args.file, args.output.quiet)?;
    let take = only_one(&takes, args.take.as_deref())?;
    let opened = packs::open(&args.muse)?;
    let maker =
        (PackName { name: opened.name, hash: opened.sha256 }, opened.muse.backend().to_owned());
    if take.making.pack.as_ref().is_some_and(|pack| *pack != maker.0) && !args.output.quiet {
        tell(
            "antiphon-cli: the take was made with another pack; this one varies it in its own way",
        );
    }
    let kept: Vec<Part> =
        args.keep_parts.iter().filter_map(|slot| Part::from_slot(usize::from(*slot))).collect();
    let families = take.music.sounding_families();
    let plays = |part: &&Part| part.band_index().is_some_and(|it| families[it].is_some());
    if Part::BAND.iter().filter(plays).all(|part| kept.contains(part)) {
        let error = anyhow::anyhow!("vary a take: every part that plays in it is kept");
        return Err(Failure::new(Kind::Usage, error, "leave at least one part that plays free"));
    }
    let mut outputs = args.output.open(&["variations.json".to_owned()])?;
    let bar = args.output.progress("varying");
    let mut hand = |share| {
        bar.show(share);
        Go::On
    };
    let count = usize::try_from(args.count).unwrap_or(usize::MAX);
    let cards = opened.muse.timbres().to_vec();
    let found = Reprise::new(opened.muse)
        .variations(take, count, reprise::kept(&kept), &mut hand)?
        .unwrap_or_default();
    bar.finish();
    let mut ranking = Vec::new();
    for (rank, Candidate { take, rating }) in (1..).zip(found) {
        let take = made_by(take, maker.clone());
        let name = format!("{rank:02} {}", plain(&take.name));
        bounce::bytes(
            &mut outputs,
            &format!("{name}.mid"),
            &midi::write(&MidiSong::of_take(&take.music, &voices(&take, &cards))),
        )?;
        bounce::bytes(&mut outputs, &format!("{name}.json"), take::write(&take).as_bytes())?;
        ranking.push(json!({
            "rank": rank,
            "file": format!("{name}.json"),
            "take": about(&take),
            "rating": rating.total(),
            "likelihood": rating.likelihood,
            "key_fit": rating.key_fit,
            "smoothness": rating.smoothness,
            "rhythm": rating.rhythm,
            "distinctness": rating.distinctness,
            "originality": rating.originality,
        }));
    }
    let ranking = Value::Array(ranking);
    let text = serde_json::to_string_pretty(&ranking).expect("plain values with text as keys");
    bounce::bytes(&mut outputs, "variations.json", text.as_bytes())?;
    outputs.commit()?;
    if args.output.json {
        return say(&text);
    }
    if !args.output.quiet {
        for line in ranking.as_array().into_iter().flatten() {
            say(&ranking_line(line))?;
        }
    }
    Ok(())
}

/// What the parts of a take are called.
fn voices(take: &Take, cards: &[TimbreCard]) -> Voices {
    let request = Request::of_take(take);
    voices::voices(&voices::of_band(&request, take.music.sounding_families(), cards))
}

fn ranking_line(line: &Value) -> String {
    let number = |field: &str| line[field].as_f64().unwrap_or(0.0);
    let file = line["file"].as_str().unwrap_or_default();
    format!(
        "{:<36} {:.2}  likely {:.2}  in key {:.2}  smooth {:.2}  rhythm {:.2}  distinct {:.2}",
        file.trim_end_matches(".json"),
        number("rating"),
        number("likelihood"),
        number("key_fit"),
        number("smoothness"),
        number("rhythm"),
        number("distinctness")
    )
}

/// The take that is named, or the only one.
fn only_one<'a>(takes: &'a [Take], wanted: Option<&str>) -> Result<&'a Take, Failure> {
    match (wanted, takes) {
        (Some(wanted), takes) => find(takes, wanted),
        (None, [only]) => Ok(only),
        (None, takes) => {
            let error =
                anyhow::anyhow!("vary a take: there are {}, and none is named", takes.len());
            let advice = "name it with --take; `antiphon-cli takes list` lists them";
            Err(Failure::new(Kind::Usage, error, advice))
        }
    }
}
