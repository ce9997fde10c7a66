//! `bounce`: arguments to a request, a request to files.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::args::{BounceArgs, Hearing, PartArg, family_word};
use super::failure::{Failure, Kind};
use super::packs::{self, Opened};
use super::report::{self, Heard, Made, Report};
use super::{say, tell};
use crate::engine::offline::{self, Bounced, Request};
use crate::files::midi::{self, MidiSong};
use crate::files::output::{OutputError, Outputs};
use crate::files::wav::{self, Depth};
use crate::infer::{Controls, PlayerPresence, StyleCard};
use crate::score::{
    Audible, Family, Meter, Mix, Mode, Part, PartSettings, Phrase, Seed, Settings, Strip, Tempo,
};

/// Memory that the sound of a bounce may take; half an hour of everything at 48 kHz fits.
const MAX_SOUND_BYTES: f64 = 4e9;

/// Improvise, render and write.
pub(super) fn run(args: &BounceArgs) -> Result<(), Failure> {
    let prompt = args.input.prompt.as_deref().map(|path| listen(path, args.input.prompt_track));
    let prompt = prompt.transpose()?;
    let player = args.input.player.as_deref().map(|path| listen(path, args.input.player_track));
    let player = player.transpose()?;
    for input in prompt.iter().chain(&player).filter(|_| !args.output.quiet) {
        for mended in &input.song.mended {
            tell(&format!("antiphon-cli: mended in {}: {mended}", input.heard.file));
        }
    }
    let opened = packs::open(&args.muse)?;
    let styles = opened.muse.styles().to_vec();
    let request = request(args, &styles, prompt.as_ref(), player.as_ref())?;
    let families = families(&request, &styles);

    // Refused before minutes are spent on composing.
    let mut outputs = args.output.open(&file_names(&request, families))?;
    for name in report::files_of(&args.output.out) {
        outputs.replace(&name);
    }

    let Opened { name, version, sha256, muse } = opened;
    let backend = muse.backend().to_owned();
    let bar = args.output.progress("improvising");
    let started = Instant::now();
    let bounced = offline::bounce(muse, &request, &mut |done| bar.show(done))?;
    let seconds = started.elapsed().as_secs_f64();
    bar.finish();

    let made = Made {
        pack: name,
        pack_version: version,
        pack_sha256: sha256,
        backend,
        families,
        prompt: prompt.map(|input| input.heard),
        player: player.map(|input| input.heard),
        memory: args.input.memory_file.as_ref().map(|it| it.display().to_string()),
        bits: args.sound.wav.bits.bits(),
        seconds,
    };
    let report = Report::new(&request, &styles, &bounced, made, file_names(&request, families));
    write(&mut outputs, &request, &bounced, families, args.sound.wav.bits, &report)?;
    let files = outputs.commit()?;
    if args.output.json {
        say(&report.json())?;
    } else if !args.output.quiet {
        say(&report.summary(&files))?;
    }
    Ok(())
}

/// A MIDI file that was read for one of its tracks.
pub(super) struct Input {
    pub(super) song: MidiSong,
    pub(super) phrase: Phrase,
    heard: Heard,
}

/// Read the track with this number from 1, or the fullest.
pub(super) fn listen(path: &Path, number: Option<usize>) -> Result<Input, Failure> {
    let song = midi::open(path)?;
    let track = match number {
        Some(number) => number.checked_sub(1).and_then(|index| song.tracks.get(index)),
        None => song.fullest_track(),
    };
    let Some(track) = track else {
        let error = match number {
            None => anyhow::anyhow!("read a MIDI file: no notes in it: {}", path.display()),
            Some(number) => anyhow::anyhow!(
                "take track {number} of {} with notes: {}",
                song.tracks.len(),
                path.display()
            ),
        };
        return Err(Failure::new(Kind::Input, error, listing(&song)));
    };
    let heard = Heard {
        file: path.display().to_string(),
        track: song.tracks.iter().position(|it| it == track).map_or(0, |index| index + 1),
        name: track.name.clone(),
        notes: track.notes.len(),
    };
    Ok(Input { phrase: song.phrase_of(track), heard, song })
}

fn listing(song: &MidiSong) -> String {
    if song.tracks.is_empty() {
        return "give a file with at least one note".to_owned();
    }
    let lines = song.tracks.iter().zip(1..).map(|(track, number)| {
        let (channel, notes) = (track.channel + 1, track.notes.len());
        format!("\n    {number}  {} (channel {channel}, {notes} notes)", track.name)
    });
    format!("its tracks with notes are:{}", lines.collect::<String>())
}

fn request(
    args: &BounceArgs,
    styles: &[StyleCard],
    prompt: Option<&Input>,
    player: Option<&Input>,
) -> Result<Request, Failure> {
    let settings = settings(args, styles)?;
    let leading =
        if settings.style.lean > 0.5 { settings.style.second } else { settings.style.first };
    let card = styles.get(leading);
    let song = prompt.or(player).map(|input| &input.song);
    let tempo = args.music.tempo.or(song.map(|song| song.tempos[0].1));
    let tempo = tempo.or(card.and_then(|card| Tempo::new(card.tempo))).unwrap_or_default();
    let meter = args.music.meter.or(song.map(|song| song.meters[0].1));
    let meter = meter.or(card.and_then(|card| Meter::new(card.meter.0, card.meter.1)));
    let meter = meter.unwrap_or(Meter::COMMON);
    let request = Request {
        settings,
        mix: mix(args),
        tempo,
        meter,
        bars: args.music.bars,
        seed_phrase: Arc::new(prompt.map(|input| input.phrase.clone()).unwrap_or_default()),
        memory: args
            .input
            .memory_file
            .as_deref()
            .map_or_else(|| Ok(Arc::default()), super::learn::open)?,
        player: player.map(|input| input.phrase.clone()).unwrap_or_default(),
        sample_rate: args.sound.wav.sample_rate,
        block: args.sound.block,
        tail_secs: args.sound.wav.tail,
        ..Request::default()
    };
    let minutes = meter.bar().quarters() * f64::from(args.music.bars) / tempo.bpm();
    let frames = (minutes * 60.0 + f64::from(args.sound.wav.tail)) * f64::from(request.sample_rate);
    if frames * (Part::COUNT * 2 * size_of::<f32>()) as f64 > MAX_SOUND_BYTES {
        let error =
            anyhow::anyhow!("bounce {minutes:.0} minutes: more sound than fits into memory");
        return Err(Failure::new(Kind::Usage, error, "take fewer --bars or a lower --sample-rate"));
    }
    if let (Some(part), true) = (first_follower(&request.settings), request.player.is_empty()) {
        let error = anyhow::anyhow!("let part {part} follow nobody");
        return Err(Failure::new(Kind::Usage, error, "give the player's notes with --player"));
    }
    Ok(request)
}

/// The number of the first part that follows, from 1.
fn first_follower(settings: &Settings) -> Option<usize> {
    settings.parts.iter().position(|part| part.mode == Mode::Follow).map(|place| place + 1)
}

fn settings(args: &BounceArgs, styles: &[StyleCard]) -> Result<Settings, Failure> {
    let music = &args.music;
    let mut settings = Settings {
        seed: Seed(music.seed),
        temperature: music.temperature,
        min_p: music.min_p,
        density: music.density,
        memory: music.memory,
        key: music.key,
        scale_lock: music.scale_lock,
        quantum: music.quantum.into(),
        trade: music.trade.into(),
        ..Settings::default()
    };
    if let Some(style) = &music.style {
        settings.style.first = style_index(styles, &style.first)?;
        settings.style.second = settings.style.first;
        if let Some((second, lean)) = &style.second {
            settings.style.second = style_index(styles, second)?;
            settings.style.lean = *lean;
        }
    }
    for (part, arg) in in_order(&music.parts)? {
        settings.parts[part] = PartSettings {
            mode: arg.mode,
            family: arg.family,
            register: arg.register,
            follow: arg.follow,
        };
    }
    if settings.parts.iter().all(|part| part.mode == Mode::Off) {
        let error = anyhow::anyhow!("improvise with every part off");
        return Err(Failure::new(Kind::Usage, error, "let at least one --part play"));
    }
    Ok(settings)
}

/// Each part's wishes with its place in the band.
fn in_order(parts: &[PartArg]) -> Result<Vec<(usize, &PartArg)>, Failure> {
    let mut ordered: Vec<(usize, &PartArg)> =
        parts.iter().filter_map(|arg| Some((arg.part.band_index()?, arg))).collect();
    ordered.sort_by_key(|it| it.0);
    if let Some(twice) = ordered.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let error = anyhow::anyhow!("set part {} twice", twice[0].0 + 1);
        return Err(Failure::new(Kind::Usage, error, "put all its wishes into one --part"));
    }
    Ok(ordered)
}

fn style_index(styles: &[StyleCard], name: &str) -> Result<usize, Failure> {
    let wanted = name.to_lowercase();
    let found = styles.iter().position(|style| {
        style.name.to_lowercase() == wanted || style.title.to_lowercase() == wanted
    });
    found.ok_or_else(|| {
        let names: Vec<&str> = styles.iter().map(|style| style.name.as_str()).collect();
        let error = anyhow::anyhow!("find the style: {name}");
        Failure::new(Kind::Usage, error, format!("the pack has {}", names.join(", ")))
    })
}

fn mix(args: &BounceArgs) -> Mix {
    let audible = |is_audible| if is_audible { Audible::Yes } else { Audible::No };
    let parts = &args.music.parts;
    let has_solo = parts.iter().any(|arg| arg.hearing == Hearing::Solo);
    let hearing = |part| {
        let arg = parts.iter().find(|arg| arg.part == part);
        arg.map_or(Hearing::Normal, |arg| arg.hearing)
    };
    let strip = |part: Part| {
        let arg = parts.iter().find(|arg| arg.part == part);
        Strip {
            level_db: arg.map_or(0.0, |arg| arg.level_db),
            pan: arg.map_or(0.0, |arg| arg.pan),
            audible: audible(match hearing(part) {
                Hearing::Normal => !has_solo,
                Hearing::Muted => false,
                Hearing::Solo => true,
            }),
        }
    };
    let player = Strip { audible: audible(!args.sound.mute_player), ..Strip::default() };
    Mix { parts: Part::BAND.map(strip), player, master_db: args.sound.master }
}

/// What each part plays on; nothing for a part that does not play.
fn families(request: &Request, styles: &[StyleCard]) -> [Option<Family>; Part::BAND_SIZE] {
    let presence =
        if request.player.is_empty() { PlayerPresence::Absent } else { PlayerPresence::Listening };
    let controls = Controls::new(&request.settings, styles, presence);
    Part::BAND.map(|part| controls.family_of(part))
}

/// The stem's file name for each part that plays.
fn stem_names(
    request: &Request,
    families: [Option<Family>; Part::BAND_SIZE],
) -> [Option<String>; Part::BAND_SIZE] {
    Part::BAND.map(|part| {
        let index = part.band_index().filter(|it| request.settings.parts[*it].mode != Mode::Off)?;
        let family = families[index]?;
        Some(format!("part-{}-{}.wav", part.slot(), family_word(family)))
    })
}

fn file_names(request: &Request, families: [Option<Family>; Part::BAND_SIZE]) -> Vec<String> {
    let stems = stem_names(request, families).into_iter().flatten();
    let others = ["mix.wav", "take.mid", "report.json"].map(str::to_owned);
    others.into_iter().chain(stems).collect()
}

fn write(
    outputs: &mut Outputs,
    request: &Request,
    bounced: &Bounced,
    families: [Option<Family>; Part::BAND_SIZE],
    depth: Depth,
    report: &Report,
) -> Result<(), OutputError> {
    let mut sound = |name: &str, [left, right]: &[Vec<f32>; 2]| {
        outputs.add(name, |out| wav::write(out, [left, right], request.sample_rate, depth))
    };
    sound("mix.wav", &bounced.mix)?;
    for (name, stem) in stem_names(request, families).iter().zip(&bounced.stems) {
        if let Some(name) = name {
            sound(name, stem)?;
        }
    }
    let notes: Vec<_> = bounced.notes.iter().chain(request.player.notes()).copied().collect();
    let song = MidiSong::of_band(&notes, families, request.tempo, request.meter);
    bytes(outputs, "take.mid", &midi::write(&song))?;
    bytes(outputs, "report.json", format!("{}\n", report.json()).as_bytes())
}

fn bytes(outputs: &mut Outputs, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
    outputs.add(name, |out| std::io::Write::write_all(out, bytes))
}
