//! Packs and runtimes: opened for a bounce, listed, told about and checked.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::args::{MuseArgs, PackArgs, PackCommand, StylesArgs};
use super::failure::{Failure, Kind};
use super::say;
use crate::engine::offline::{self, Request};
use crate::files::kind::{self, FileKind};
use crate::infer::{self, Muse, Runtime};
use crate::pack::{Pack, Style};
use crate::report::family_word;
use crate::score::Note;

/// A pack that is ready to compose.
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) sha256: String,
    pub(super) muse: Box<dyn Muse>,
}

/// Open the pack and the runtime that a bounce asks for.
pub(super) fn open(args: &MuseArgs) -> Result<Opened, Failure> {
    let pack = read(args.pack.as_deref())?;
    let runtime = match (&args.runtime_library, &args.runtime_sha256) {
        (Some(library), Some(sha256)) => {
            // A bare name would be looked for in the system's folders; an empty path is refused when it is opened.
            let library = std::path::absolute(library).unwrap_or_else(|_| library.clone());
            Runtime::Native { library, sha256: sha256.clone() }
        }
        _ => Runtime::Embedded,
    };
    let muse = infer::open(&pack, &runtime).map_err(|error| {
        Failure::new(
            Kind::Refused,
            error,
            "leave out --runtime-library to use the embedded runtime, or choose another --pack",
        )
    })?;
    Ok(Opened { name: pack.name, version: pack.version, sha256: pack.sha256, muse })
}

/// `styles`.
pub(super) fn styles(args: &StylesArgs) -> Result<(), Failure> {
    let pack = read(args.pack.as_deref())?;
    if args.json {
        return say_json(&pack.styles.iter().map(style_json).collect());
    }
    let lines: Vec<String> = pack.styles.iter().map(style_line).collect();
    say(&lines.join("\n"))
}

/// `pack info` and `pack check`.
pub(super) fn pack(args: &PackArgs) -> Result<(), Failure> {
    match &args.command {
        PackCommand::Info { dir, json } => {
            let pack = read(dir.as_deref())?;
            if *json { say_json(&info_json(&pack)) } else { say(&info(&pack)) }
        }
        PackCommand::Check { dir, json } => check(dir, *json),
    }
}

/// The pack in a folder, or the built-in one.
pub(super) fn read(folder: Option<&Path>) -> Result<Pack, Failure> {
    if let Some((path, kind)) = folder.filter(|it| it.is_file()).map(|it| (it, kind::of(it))) {
        let what = kind.map_or_else(|| "a file".to_owned(), |it| it.to_string());
        let (what, advice) = match kind {
            Some(FileKind::Pack) => ("the manifest of one".to_owned(), "give the folder it is in"),
            _ => (what, "give the folder of a pack, which has a manifest.json"),
        };
        let error = anyhow::anyhow!("open a pack: it is {what}: {}", path.display());
        return Err(Failure::new(Kind::Refused, error, advice));
    }
    folder.map_or_else(Pack::embedded, Pack::open).map_err(|error| {
        let advice = "leave out --pack to use the built-in one, or get the pack anew";
        Failure::new(Kind::Refused, error, advice)
    })
}

/// Two bars with the pack, twice: it runs, it makes the same notes again, and it is fast enough to play along.
fn check(folder: &Path, as_json: bool) -> Result<(), Failure> {
    let pack = read(Some(folder))?;
    let open = || {
        let advice = "export the pack anew, with operators that both runtimes know";
        infer::open(&pack, &Runtime::Embedded)
            .map_err(|error| Failure::new(Kind::Refused, error, advice))
    };
    let muse = open()?;
    let backend = muse.backend().to_owned();
    let started = Instant::now();
    let notes = try_out(muse)?;
    let millis = started.elapsed().as_secs_f64() * 1000.0 / notes.len().max(1) as f64;
    if notes != try_out(open()?)? {
        let error = anyhow::anyhow!("repeat two bars with the pack: {}", folder.display());
        return Err(Failure::new(Kind::Refused, error, "take nothing random into the graph"));
    }
    let count = notes.len();
    if as_json {
        return say_json(&json!({
            "name": pack.name,
            "version": pack.version,
            "sha256": pack.sha256,
            "backend": backend,
            "notes": count,
            "milliseconds_a_note": millis,
        }));
    }
    say(&format!(
        "manifest, hashes and shapes agree\n\
         {backend} runs it: {count} notes in two bars, the same when repeated, {millis:.2} ms a note with its sound\n\
         {} {} can be used",
        pack.title, pack.version
    ))
}

fn try_out(muse: Box<dyn Muse>) -> Result<Vec<Note>, Failure> {
    let request = Request { bars: 2, sample_rate: 16_000, ..Request::default() };
    Ok(offline::bounce(muse, &request, &mut |_| {})?.notes)
}

fn style_line(style: &Style) -> String {
    let Style { name, title, tempo, meter, parts, .. } = style;
    let band: Vec<String> = parts.iter().map(|role| family_word(role.family)).collect();
    let (count, unit) = (meter.count(), meter.unit());
    format!("{name:<20} {title:<24} {:>3} bpm  {count}/{unit}  {}", tempo.bpm(), band.join(", "))
}

fn style_json(style: &Style) -> Value {
    json!({
        "name": style.name,
        "title": style.title,
        "tempo": style.tempo.bpm(),
        "meter": format!("{}/{}", style.meter.count(), style.meter.unit()),
        "parts": style.parts.iter().map(|role| family_word(role.family)).collect::<Vec<_>>(),
    })
}

fn info(pack: &Pack) -> String {
    let mut text = format!("{} {} ({})\n", pack.title, pack.version, pack.name);
    let mut line = |line: String| writeln!(text, "{line}").expect("memory takes every line");
    line(format!("license     {}", pack.licence));
    line(format!("sha256      {}", pack.sha256));
    line(format!("parameters  {}", pack.note_model.parameters));
    if let Some(seen) = pack.figures.notes_seen {
        line(format!("learnt from {seen} notes"));
    }
    if let Some(bits) = pack.figures.valid_bits {
        line(format!("surprise    {bits:.2} bits a note on pieces kept aside"));
    }
    line(format!("styles      {}", pack.styles.len()));
    for style in &pack.styles {
        line(format!("  {}", style_line(style)));
    }
    if let Some(model) = &pack.timbre_model {
        line(format!("timbres     {}, {} parameters", model.timbres.len(), model.parameters));
        for timbre in &model.timbres {
            let family = family_word(timbre.family);
            line(format!("  {:<20} {:<24} {family}", timbre.name, timbre.title));
        }
    }
    if let Some(kit) = &pack.drum_kit {
        line(format!("drum kit    {} hits", kit.hits.len()));
    }
    line(format!("sources     {}", pack.sources.len()));
    for source in &pack.sources {
        line(format!("  {}: {} pieces, {}", source.name, source.pieces, source.licence));
    }
    text.truncate(text.trim_end().len());
    text
}

fn info_json(pack: &Pack) -> Value {
    let source = |source: &crate::pack::Source| {
        json!({
            "name": source.name,
            "license": source.licence,
            "tier": source.tier,
            "pieces": source.pieces,
            "notes": source.notes,
        })
    };
    let timbre = |timbre: &crate::pack::Timbre| {
        json!({
            "name": timbre.name,
            "title": timbre.title,
            "family": family_word(timbre.family),
            "program": timbre.program,
            "place": timbre.place.map(crate::score::MapPoint::shares),
        })
    };
    json!({
        "name": pack.name,
        "title": pack.title,
        "version": pack.version,
        "license": pack.licence,
        "sha256": pack.sha256,
        "parameters": pack.note_model.parameters,
        "notes_seen": pack.figures.notes_seen,
        "bits_a_note": pack.figures.valid_bits,
        "styles": pack.styles.iter().map(style_json).collect::<Vec<_>>(),
        "timbres": pack.timbre_model.iter().flat_map(|it| &it.timbres).map(timbre).collect::<Vec<_>>(),
        "drum_hits": pack.drum_kit.as_ref().map_or(0, |it| it.hits.len()),
        "sources": pack.sources.iter().map(source).collect::<Vec<_>>(),
    })
}

fn say_json(value: &Value) -> Result<(), Failure> {
    say(&serde_json::to_string_pretty(value).expect("plain values with text as keys"))
}
