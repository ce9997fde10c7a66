//! `bounce`: arguments to a request, a request to files.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::args::{BounceArgs, Hearing, MuseArgs, MusicArgs, OutputArgs, PartArg, SoundArgs};
use super::failure::{Failure, Kind};
use super::packs::{self, Opened};
use super::{say, takes, tell, timbres};
use crate::engine::offline::{self, Bounced, Request};
use crate::files::midi::{self, MidiSong};
use crate::files::output::{OutputError, Outputs};
use crate::files::sound::SoundFile;
use crate::files::take;
use crate::infer::{Controls, PlayerPresence, StyleCard};
use crate::report::voices::{self, Band};
use crate::report::{self, Heard, Made, Report};
use crate::score::nearest::did_you_mean;
use crate::score::{
    Audible, ChordWish, Family, Meter, Mix, Mode, PackName, Part, PartSettings, Phrase, Seed,
    Settings, Strip, StyleBlend, Take, Tempo, Trade,
};

/// Memory that the sound of a bounce may take; half an hour of everything at 48 kHz fits.
const MAX_SOUND_BYTES: f64 = 4e9;

/// Improvise, render and write.
pub(super) fn run(args: &BounceArgs) -> Result<(), Failure> {
    if let Some(path) = &args.input.take {
        let take = takes::open(path, args.output.quiet)?;
        return render_take(&take, &args.output, &args.sound, &args.muse);
    }
    let input = &args.input;
    let prompt = input.prompt.as_deref();
    let prompt = prompt.map(|path| listen(path, input.prompt_track, input.prompt_bars));
    let prompt = prompt.transpose()?;
    let player = input.player.as_deref().map(|path| listen(path, input.player_track, None));
    let player = player.transpose()?;
    for input in prompt.iter().chain(&player).filter(|_| !args.output.quiet) {
        for mended in &input.song.mended {
            tell(&format!("antiphon-cli: mended in {}: {mended}", input.heard.file));
        }
    }
    if player.is_none() && !args.output.quiet {
        for wish in wishes_of_a_player(&args.music) {
            tell(&format!("antiphon-cli: {wish} waits for a player, and there is no --player"));
        }
    }
    let opened = packs::open(&args.muse)?;
    let styles = opened.muse.styles().to_vec();
    let mut request = request(args, &styles, prompt.as_ref(), player.as_ref())?;
    for arg in &args.music.parts {
        if let (Some(place), Some(wanted)) = (arg.part.band_index(), &arg.timbre) {
            let timbre = timbres::find(wanted, opened.muse.timbres())?;
            request.settings.parts[place].timbre = timbre;
        }
    }
    let mut keep = match &args.input.keep_take {
        Some(path) => Some(takes::place_for(path, &args.output)?),
        None => None,
    };
    let maker = (
        PackName { name: opened.name.clone(), hash: opened.sha256.clone() },
        opened.muse.backend().to_owned(),
    );
    let band = voices::of_band(&request, families(&request, &styles), opened.muse.timbres());
    let work = Work {
        request,
        band,
        song: None,
        heard: [prompt.map(|it| it.heard), player.map(|it| it.heard)],
        memory: args.input.memory_file.as_ref().map(|it| it.display().to_string()),
        kept: None,
        likelihood: None,
        file: args.sound.wav.file()?,
    };
    let take = work.carry_out(opened, &args.output)?;
    if let Some((outputs, name)) = &mut keep {
        let advice = "let it play at least a bar";
        let nothing = || {
            Failure::new(Kind::Compose, anyhow::anyhow!("keep a take: nothing was played"), advice)
        };
        let take = takes::made_by(take.ok_or_else(nothing)?, maker);
        bytes(outputs, name, take::write(&take).as_bytes())?;
    }
    keep.map(|(outputs, _)| outputs.commit()).transpose()?;
    Ok(())
}

/// Render the notes of a take, and write.
pub(super) fn render_take(
    take: &Take,
    output: &OutputArgs,
    sound: &SoundArgs,
    muse: &MuseArgs,
) -> Result<(), Failure> {
    let opened = packs::open(muse)?;
    let audible = if sound.mute_player { Audible::No } else { Audible::Yes };
    let player = Strip { audible, ..Strip::default() };
    let request = Request {
        mix: Mix { player, master_db: sound.master, ..Mix::default() },
        sample_rate: sound.wav.sample_rate,
        block: sound.block,
        tail_secs: sound.wav.tail,
        ..Request::of_take(take)
    };
    refuse_too_long(&request)?;
    let families = take.music.sounding_families();
    let band = voices::of_band(&request, families, opened.muse.timbres());
    let work = Work {
        song: Some(MidiSong::of_take(&take.music, &voices::voices(&band))),
        band,
        request,
        heard: [None, None],
        memory: None,
        kept: Some(take::write(take)),
        likelihood: take.music.likelihood,
        file: sound.wav.file()?,
    };
    work.carry_out(opened, output).map(drop)
}

/// A bounce that is ready to be made.
struct Work {
    request: Request,
    /// What each part plays on and sounds like.
    band: Band,
    /// What goes into `take.mid`, if it is known beforehand.
    song: Option<MidiSong>,
    /// The prompt and the player.
    heard: [Option<Heard>; 2],
    /// The file of the memory that it began with.
    memory: Option<String>,
    /// What goes into `take.json`.
    kept: Option<String>,
    /// Of the notes of a take when they were composed.
    likelihood: Option<f32>,
    /// What the mix and the stems are written as.
    file: SoundFile,
}

impl Work {
    /// Render, write and say what came out. Gives it as a take.
    fn carry_out(self, opened: Opened, output: &OutputArgs) -> Result<Option<Take>, Failure> {
        // Refused before minutes are spent on composing.
        let mut outputs = output.open(&self.file_names())?;
        for name in report::files_of(&output.out) {
            outputs.replace(&name);
        }
        let Opened { name, version, sha256, muse } = opened;
        let (backend, styles) = (muse.backend().to_owned(), muse.styles().to_vec());
        let corpus = muse.corpus().cloned();
        let bar = output.progress("improvising");
        let started = Instant::now();
        let mut bounced = offline::bounce(muse, &self.request, &mut |done| bar.show(done))?;
        let seconds = started.elapsed().as_secs_f64();
        bar.finish();
        if let Some(likelihood) = self.likelihood {
            bounced.mean_log_probability = f64::from(likelihood);
        }

        let [prompt, player] = self.heard.clone();
        let made = Made {
            pack: name,
            pack_version: version,
            pack_sha256: sha256,
            backend,
            band: self.band.clone(),
            prompt,
            player,
            memory: self.memory.clone(),
            corpus,
            bits: self.file.depth.bits(),
            seconds,
        };
        let report = Report::new(&self.request, &styles, &bounced, made, self.file_names());
        self.write(&mut outputs, &bounced, &report)?;
        let files = outputs.commit()?;
        if output.json {
            say(&report.json())?;
        } else if !output.quiet {
            say(&report.summary(&files))?;
        }
        Ok(bounced.take)
    }

    fn mix_name(&self) -> String {
        format!("mix.{}", self.file.format.extension())
    }

    fn stem_names(&self) -> [Option<String>; Part::BAND_SIZE] {
        voices::stem_names(&self.band, self.file.format.extension())
    }

    fn file_names(&self) -> Vec<String> {
        let stems = self.stem_names().into_iter().flatten();
        let others = [self.mix_name(), "take.mid".to_owned(), "report.json".to_owned()];
        let kept = self.kept.as_ref().map(|_| "take.json".to_owned());
        others.into_iter().chain(kept).chain(stems).collect()
    }

    fn write(
        &self,
        outputs: &mut Outputs,
        bounced: &Bounced,
        report: &Report,
    ) -> Result<(), OutputError> {
        let request = &self.request;
        let mut sound = |name: &str, [left, right]: &[Vec<f32>; 2]| {
            outputs.add(name, |out| self.file.write(out, [left, right], request.sample_rate))
        };
        sound(&self.mix_name(), &bounced.mix)?;
        for (name, stem) in self.stem_names().iter().zip(&bounced.stems) {
            if let Some(name) = name {
                sound(name, stem)?;
            }
        }
        let notes =
            || -> Vec<_> { bounced.notes.iter().chain(request.player.notes()).copied().collect() };
        let voices = voices::voices(&self.band);
        let of_band = || MidiSong::of_band(&notes(), &voices, request.tempo, request.meter);
        let song = self.song.clone().unwrap_or_else(of_band);
        bytes(outputs, "take.mid", &midi::write(&song))?;
        if let Some(kept) = &self.kept {
            bytes(outputs, "take.json", kept.as_bytes())?;
        }
        bytes(outputs, "report.json", format!("{}\n", report.json()).as_bytes())
    }
}

/// A MIDI file that was read for one of its tracks.
pub(super) struct Input {
    pub(super) song: MidiSong,
    pub(super) phrase: Phrase,
    heard: Heard,
}

/// Read the track with this number from 1, or the fullest; of it these bars, or all.
pub(super) fn listen(
    path: &Path,
    number: Option<usize>,
    bars: Option<(u32, u32)>,
) -> Result<Input, Failure> {
    let song = midi::open(path)?;
    let track = match number {
        Some(number) => number.checked_sub(1).and_then(|index| song.tracks.get(index)),
        None => song.fullest_track(),
    };
    let Some(track) = track else {
        let error = match number {
            None => anyhow::anyhow!("read a MIDI file: no notes in it: {}", path.display()),
            Some(number) => anyhow::anyhow!(
                "read track {number}: there are {} with notes: {}",
                song.tracks.len(),
                path.display()
            ),
        };
        return Err(Failure::new(Kind::Input, error, listing(&song)));
    };
    let phrase = match bars {
        Some((first, last)) => song.phrase_of_bars(track, first, last),
        None => song.phrase_of(track),
    };
    if let Some((first, last)) = bars.filter(|_| phrase.is_empty()) {
        let error =
            anyhow::anyhow!("take bars {first} to {last}: no notes in them: {}", path.display());
        return Err(Failure::new(Kind::Input, error, "choose bars in which the track plays"));
    }
    let heard = Heard {
        file: path.display().to_string(),
        track: song.tracks.iter().position(|it| it == track).map_or(0, |index| index + 1),
        name: track.name.clone(),
        notes: phrase.notes().len(),
    };
    Ok(Input { phrase, heard, song })
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
    refuse_too_long(&request)?;
    Ok(request)
}

/// A bounce is held in memory until it is written.
fn refuse_too_long(request: &Request) -> Result<(), Failure> {
    let minutes = request.meter.bar().quarters() * f64::from(request.bars) / request.tempo.bpm();
    let frames = (minutes * 60.0 + f64::from(request.tail_secs)) * f64::from(request.sample_rate);
    if frames * (Part::COUNT * 2 * size_of::<f32>()) as f64 > MAX_SOUND_BYTES {
        let error = anyhow::anyhow!(
            "bounce {minutes:.0} minutes: that is more sound than fits into memory"
        );
        return Err(Failure::new(Kind::Usage, error, "take fewer --bars or a lower --sample-rate"));
    }
    Ok(())
}

fn settings(args: &BounceArgs, styles: &[StyleCard]) -> Result<Settings, Failure> {
    let music = &args.music;
    let mut settings = Settings {
        seed: Seed(music.seed),
        temperature: music.temperature,
        min_p: music.min_p,
        style_strength: music.style_strength,
        density: music.density,
        repetition: music.repetition,
        time_temperature: music.time_temperature,
        pitch_temperature: music.pitch_temperature,
        feel: music.feel,
        memory: music.memory,
        key: music.key,
        chord: music.chord,
        scale_lock: music.scale_lock,
        quantum: music.quantum.into(),
        trade: music.trade.into(),
        ..Settings::default()
    };
    let opening = styles.iter().position(|style| style.name == StyleBlend::OPENING);
    settings.style = StyleBlend::only(opening.unwrap_or(0));
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
            ..PartSettings::default()
        };
    }
    if settings.parts.iter().all(|part| part.mode == Mode::Off) {
        let error = anyhow::anyhow!("improvise: every part is off");
        return Err(Failure::new(Kind::Usage, error, "let at least one --part play"));
    }
    Ok(settings)
}

/// What was asked for that wants somebody to listen to.
fn wishes_of_a_player(music: &MusicArgs) -> Vec<String> {
    let mut found = Vec::new();
    for arg in &music.parts {
        match arg.mode {
            Mode::Answer => found.push(format!("part {}=answer", arg.part.slot())),
            Mode::Follow => {
                found.push(format!("part {}={}", arg.part.slot(), report::follow_word(arg.follow)));
            }
            Mode::Play | Mode::Off => {}
        }
    }
    if music.chord == ChordWish::Player {
        found.push("--chord player".to_owned());
    }
    if Trade::from(music.trade) != Trade::default() {
        found.push("--trade".to_owned());
    }
    found
}

/// Each part's wishes with its place in the band.
fn in_order(parts: &[PartArg]) -> Result<Vec<(usize, &PartArg)>, Failure> {
    let mut ordered: Vec<(usize, &PartArg)> =
        parts.iter().filter_map(|arg| Some((arg.part.band_index()?, arg))).collect();
    ordered.sort_by_key(|it| it.0);
    if let Some(twice) = ordered.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let error = anyhow::anyhow!("set part {}: it is set twice", twice[0].0 + 1);
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
        let error = anyhow::anyhow!("find the style `{name}`: the pack has none of that name");
        let known = styles.iter().flat_map(|style| [style.name.as_str(), style.title.as_str()]);
        let meant = did_you_mean(name, known);
        Failure::new(Kind::Usage, error, format!("{meant}it has {}", names.join(", ")))
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

pub(super) fn bytes(outputs: &mut Outputs, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
    outputs.add(name, |out| std::io::Write::write_all(out, bytes))
}
