//! The takes of a song as the editor works on them: kept, edited, played, varied and exported. Main thread only, but for the job.

mod export;
mod job;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(super) use self::job::Job;
use self::job::Outcome;
use super::song::{Inner, Kept};
use super::transport::Deck;
use crate::engine::link::ToComposer;
use crate::engine::playback::{Elsewhere, Parts, Place, Playback};
use crate::engine::reprise::{Again, Candidate, Reprise};
use crate::gui::{Held, Note as TakesNote, PassView, TakeAct, TakeOrder, TakeRow, TakesView};
use crate::music::rating;
use crate::music::recorder::{Kept as KeptBars, NothingPlayed, Pass, Recorder};
use crate::music::takes::{Order, TakeId, Takes};
use crate::score::maps;
use crate::score::take::{Making, Whole};
use crate::score::{Mix, Part, Take, Tick, Ticks};

/// What a song's takes are and what is being done with them.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) takes: Takes,
    /// What is being played from.
    playing: Option<Playing>,
    job: Option<Job>,
    /// What the newest act came to.
    note: Option<TakesNote>,
}

/// A take that the band plays.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Playing {
    id: TakeId,
    place: Place,
    /// Of one that joined while our own transport played, and is to stop it at its end: its length, quarter notes.
    joined: Option<f64>,
}

impl Desk {
    /// With takes as they were saved; what was being played or worked on is over.
    pub(super) fn new(takes: Vec<Take>) -> Self {
        Self { takes: Takes::new(takes), ..Self::default() }
    }

    /// What plays has joined at this bar line: by our own transport it ends as a take that is played from its first bar.
    pub(super) fn join(&self, line: Tick, deck: &Deck) {
        if let Some(length) = self.playing.and_then(|it| it.joined) {
            deck.keep_to(line.quarters(), line.quarters() + length);
        }
    }
}

impl Kept {
    /// Do what the musician does with takes. What it came to is shown beside the list.
    pub(super) fn act(&self, act: TakeAct) {
        self.show(self.try_to(act));
    }

    /// Export a take as it sounds in the present mix, which is no part of it.
    pub(super) fn export_mixed(&self, id: u64, mix: Mix) {
        self.show(self.export(TakeId(id), mix));
    }

    /// What was done is shown beside the list, or why not.
    fn show(&self, done: Result<String, String>) {
        self.lock().desk.note = match done {
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(TakesNote::Done(text)),
            Err(text) => Some(TakesNote::Failed(text)),
        };
    }

    fn try_to(&self, act: TakeAct) -> Result<String, String> {
        let edit = |change: &dyn Fn(&mut Takes)| {
            let mut inner = self.lock();
            change(&mut inner.desk.takes);
            inner.touch();
            drop(inner);
            self.miss_what_plays()
        };
        match act {
            TakeAct::KeepLast(bars, pass) => return self.keep_last(bars, pass),
            TakeAct::SeedFromPlaying(bars, pass) => return self.seed_from_playing(bars, pass),
            TakeAct::Seed(id) => return self.seed_from(TakeId(id)),
            TakeAct::Play { id, from_start, frozen } => {
                return self.play(TakeId(id), from_start, frozen);
            }
            TakeAct::Silence => return self.stop_playing(),
            TakeAct::Vary(id, frozen) => return self.vary(TakeId(id), frozen),
            TakeAct::Again(id) => return self.again(TakeId(id)),
            TakeAct::Export(id) => return self.export(TakeId(id), Mix::default()),
            TakeAct::StopJob => {
                if let Some(job) = &self.lock().desk.job {
                    job.stop();
                }
            }
            TakeAct::Rename(id, name) => {
                let mut inner = self.lock();
                let renamed = inner.desk.takes.rename(TakeId(id), &name);
                inner.touch();
                return renamed.map(|()| String::new()).map_err(|refused| refused.to_string());
            }
            TakeAct::Tag(id, tags) => return edit(&|takes| takes.tag(TakeId(id), &tags)),
            TakeAct::Star(id) => return edit(&|takes| takes.star(TakeId(id))),
            TakeAct::Delete(id) => return edit(&|takes| takes.delete(TakeId(id))),
            TakeAct::Undo => {
                return edit(&|takes| {
                    takes.undo();
                });
            }
            TakeAct::Redo => {
                return edit(&|takes| {
                    takes.redo();
                });
            }
        }
        Ok(String::new())
    }

    fn keep_last(&self, bars: u32, pass: u32) -> Result<String, String> {
        let kept = self.links().map(|links| links.recording().keep_last_of(Some(pass), bars));
        let nothing = |nothing: NothingPlayed| format!("nothing to keep: {nothing}");
        let KeptBars { mut take, bars: count } =
            kept.unwrap_or(Err(NothingPlayed)).map_err(nothing)?;
        let mut inner = self.lock();
        let backend = inner.backend.clone();
        take = made_here(take, backend);
        let cut = cut_text(&take);
        let id = inner.desk.takes.keep(take).map_err(|refused| refused.to_string())?;
        inner.touch();
        let name = inner.desk.takes.get(id).map(|take| take.name.clone()).unwrap_or_default();
        let all = if count < i64::from(bars) { ", all there are" } else { "" };
        Ok(format!("Kept {}{all}{cut}: {name}", bars_text(count)))
    }

    fn seed_from_playing(&self, bars: u32, pass: u32) -> Result<String, String> {
        let played = self.links().map(|links| links.recording().played_last_of(Some(pass), bars));
        let phrase = played.unwrap_or(Err(NothingPlayed)).map_err(|it| it.to_string())?;
        if phrase.is_empty() {
            return Err(format!("you played nothing in the last {}", bars_text(bars.into())));
        }
        let count = phrase.notes().len();
        self.set_seed_phrase(Arc::new(phrase))?;
        Ok(format!("The band starts from your last {count} notes"))
    }

    fn take(&self, id: TakeId) -> Result<Arc<Take>, String> {
        self.lock().desk.takes.get(id).cloned().ok_or_else(|| String::from("the take is gone"))
    }

    fn seed_from(&self, id: TakeId) -> Result<String, String> {
        let take = self.take(id)?;
        let phrase = take.music.as_phrase();
        if phrase.is_empty() {
            return Err(format!("{} has no tune to start from", take.name));
        }
        self.set_seed_phrase(Arc::new(phrase))?;
        Ok(format!("The band starts from {}", take.name))
    }

    fn play(&self, id: TakeId, from_start: bool, frozen: Parts) -> Result<String, String> {
        let take = self.take(id)?;
        let place = if from_start { Place::Start } else { Place::Song };
        let is_frozen = frozen.contains(&true);
        let playback = match is_frozen {
            true => Playback::frozen(&take.music, frozen, place),
            false => Playback::of(&take.music, place, Elsewhere::Silent),
        };
        let gauges = self.links().map(|links| &links.gauges);
        let runs = gauges.is_some_and(|it| it.playing.load(Ordering::Relaxed));
        self.tell(ToComposer::Play(Some(Arc::new(playback))))?;
        let (who, does) = match is_frozen {
            true => (format!("The frozen parts of {}", take.name), "play"),
            false => (take.name.clone(), "plays"),
        };
        let bars = place_text(&take);
        // What improvises around frozen parts goes on behind them.
        let (begin, end) = (take.music.begin.quarters(), take.music.end.quarters());
        let length = end - begin;
        let joins = place == Place::Start && runs;
        let joined = (joins && !is_frozen && self.deck.rules()).then_some(length);
        self.lock().desk.playing = Some(Playing { id, place, joined });
        let end = |from: f64| (!is_frozen).then_some(from + length);
        Ok(match (self.deck.rules(), place) {
            (true, Place::Song) => {
                self.deck.play_stretch(begin, end(begin));
                format!("{who} {does}: {bars}")
            }
            (false, Place::Song) => {
                format!("{who} {does} at {bars} of the song: let your host play there")
            }
            (_, Place::Start) if runs => {
                self.deck.play_on(); // until it is known where it joins
                format!("{who} {does} from the next bar on")
            }
            (true, Place::Start) => {
                let bar = gauges.map_or(0, |it| it.bar_start.load(Ordering::Relaxed));
                let bar = Tick(bar).quarters();
                self.deck.play_stretch(bar, end(bar));
                format!("{who} {does} from here")
            }
            (false, Place::Start) => format!("{who} {does} from where your host starts"),
        })
    }

    fn stop_playing(&self) -> Result<String, String> {
        self.tell(ToComposer::Play(None))?;
        self.deck.play_on();
        self.lock().desk.playing = None;
        Ok(String::from("The band improvises again"))
    }

    /// What is played may be gone from the list: a band that goes on with it, and rests elsewhere, could not be asked to improvise again.
    fn miss_what_plays(&self) -> Result<String, String> {
        let desk = &mut self.lock().desk;
        let is_gone = desk.playing.is_some_and(|it| desk.takes.get(it.id).is_none());
        if !is_gone {
            return Ok(String::new());
        }
        self.tell(ToComposer::Play(None))?;
        desk.playing = None;
        self.deck.play_on();
        Ok(String::from("The take that played is gone from the list: the band improvises again"))
    }

    fn vary(&self, id: TakeId, frozen: Parts) -> Result<String, String> {
        let take = self.take(id)?;
        let name = take.name.clone();
        if frozen == [true; Part::BAND_SIZE] {
            return Err(String::from("all parts are frozen: nothing is left to vary"));
        }
        self.start_job(format!("Varying {name}"), move |hand| {
            let muse = super::song::open_muse()?;
            let backend = muse.backend().to_owned();
            let found = Reprise::new(muse)
                .variations(&take, Reprise::USUAL_COUNT, frozen, hand)
                .map_err(|error| error.to_string())?;
            let here =
                |it: Candidate| Candidate { take: made_here(it.take, backend.clone()), ..it };
            let found: Option<Vec<_>> = found.map(|it| it.into_iter().map(here).collect());
            Ok(found.map(|found| Outcome::Varied(take.name.clone(), found)))
        })
    }

    fn again(&self, id: TakeId) -> Result<String, String> {
        let take = self.take(id)?;
        if take.making.whole == Whole::No {
            return Err(format!(
                "{} cannot be improvised again: not all that made it is known; it can be played and varied",
                take.name
            ));
        }
        self.start_job(format!("Improvising {} again", take.name), move |hand| {
            let muse = super::song::open_muse()?;
            let backend = muse.backend().to_owned();
            let again = Reprise::new(muse).repeat(&take, hand).map_err(|it| it.to_string())?;
            Ok(again.map(|again| match again {
                Again::Same(notes) => Outcome::Same(take.name.clone(), notes),
                Again::Other(other) => {
                    let reason = why_other(&take.making, &backend);
                    Outcome::Other(take.name.clone(), made_here(other, backend), reason)
                }
            }))
        })
    }

    fn export(&self, id: TakeId, mix: Mix) -> Result<String, String> {
        let take = self.take(id)?;
        let folder = takes_folder()?;
        self.start_job(format!("Exporting {}", take.name), move |hand| {
            let muse = super::song::open_muse()?;
            let exported =
                export::export((&take, mix), muse, super::song::embedded(), &folder, hand)?;
            Ok(exported.map(Outcome::Exported))
        })
    }

    fn start_job(
        &self,
        what: String,
        work: impl FnOnce(&mut job::Hand<'_>) -> Result<Option<Outcome>, String> + Send + 'static,
    ) -> Result<String, String> {
        let mut inner = self.lock();
        if let Some(job) = &inner.desk.job {
            return Err(format!("{}: wait for it, or stop it", job.what()));
        }
        let job = Job::start(what, work).map_err(|error| format!("start a thread: {error}"))?;
        inner.desk.job = Some(job);
        Ok(String::new())
    }

    /// Take in what a job has come to.
    fn hear_job(inner: &mut Inner) {
        let Some(outcome) = inner.desk.job.as_ref().and_then(Job::outcome) else { return };
        inner.desk.job = None;
        inner.desk.note = match outcome {
            Ok(None) => Some(TakesNote::Done(String::from("Stopped"))),
            Ok(Some(Outcome::Exported(folder))) => {
                Some(TakesNote::Done(format!("Exported to {}", folder.display())))
            }
            Ok(Some(Outcome::Varied(name, found))) => {
                let count = found.len();
                // The best is kept last, so that it is the first of the newest.
                let takes = found.into_iter().map(|it| it.take).rev().collect();
                let text = format!("{count} variations of {name}, the best first");
                Some(Self::keep_found(inner, takes, text))
            }
            Ok(Some(Outcome::Same(name, notes))) => Some(TakesNote::Done(format!(
                "{name} improvised again: all {notes} notes of the band are the same"
            ))),
            Ok(Some(Outcome::Other(name, take, reason))) => {
                let text =
                    format!("{name} improvised again is another, and kept beside it: {reason}");
                Some(Self::keep_found(inner, vec![take], text))
            }
            Err(reason) => Some(TakesNote::Failed(reason)),
        };
    }

    fn keep_found(inner: &mut Inner, takes: Vec<Take>, text: String) -> TakesNote {
        match inner.desk.takes.keep_all(takes) {
            Ok(_) => {
                inner.touch();
                TakesNote::Done(text)
            }
            Err(refused) => TakesNote::Failed(refused.to_string()),
        }
    }

    /// What the editor shows: the takes that `search` finds, in `order`, and what can be kept of the pass that was chosen, or of the newest.
    pub(super) fn takes_view(
        &self,
        search: &str,
        order: TakeOrder,
        chosen: Option<u32>,
    ) -> TakesView {
        let (pass, bytes) = self.links().map_or((None, 0), |links| {
            let recording = links.recording();
            (recording.pass(chosen), recording.bytes())
        });
        let mut inner = self.lock();
        Self::hear_job(&mut inner);
        let desk = &inner.desk;
        let order = match order {
            TakeOrder::Newest => Order::Newest,
            TakeOrder::Starred => Order::Starred,
            TakeOrder::Rated => Order::Rated,
        };
        let is_rated = order == Order::Rated;
        let playing = |id: TakeId| desk.playing.filter(|it| it.id == id);
        let place = |take: &Take, place: Place| match (place, self.deck.rules()) {
            (Place::Start, _) => String::from("played here"),
            (Place::Song, true) => place_text(take),
            (Place::Song, false) => format!("{} of the song", place_text(take)),
        };
        let row = |(id, take): (TakeId, &Arc<Take>)| TakeRow {
            rating: is_rated.then(|| rating::of_take(take)),
            id: id.0,
            name: take.name.clone(),
            tags: take.tags.clone(),
            is_starred: take.starred,
            is_playing: playing(id).is_some(),
            details: match playing(id) {
                Some(it) => format!("{}; {}", place(take, it.place), details(take)),
                None => details(take),
            },
        };
        TakesView {
            rows: desk.takes.found(search, order).into_iter().map(row).collect(),
            count: desk.takes.len(),
            bars_recorded: pass.map_or(0, |it| it.bars),
            recording: Held { bytes, limit: Recorder::LIMIT_BYTES },
            holding: Held { bytes: desk.takes.bytes(), limit: Takes::LIMIT_BYTES },
            pass: pass.map(pass_view),
            undo: desk.takes.newest_edit(),
            redo: desk.takes.newest_undone(),
            job: desk.job.as_ref().map(|job| (job.what().to_owned(), job.share())),
            note: desk.note.clone(),
        }
    }
}

fn pass_view(pass: Pass) -> PassView {
    let Pass { chain, number, count, bars: _, earlier, later } = pass;
    PassView { chain, number, count, earlier, later }
}

/// Made by our pack, on this runtime.
fn made_here(take: Take, backend: String) -> Take {
    let making = Making { pack: super::song::pack(), backend, ..Making::clone(&take.making) };
    Take { making: Arc::new(making), ..take }
}

/// Why a take may be another when it is improvised again on this runtime.
fn why_other(making: &Making, backend: &str) -> String {
    match &making.pack {
        Some(pack) if super::song::pack().is_some_and(|ours| ours != *pack) => {
            format!("it was made with the pack {} as it was then", pack.name)
        }
        _ if making.backend != backend => {
            format!("it was made on {}, and this is {backend}", making.backend)
        }
        _ => String::from("another version or processor made it"),
    }
}

fn bars_text(bars: i64) -> String {
    if bars == 1 { String::from("1 bar") } else { format!("{bars} bars") }
}

/// Where the first and the last bar of a take are not whole, since its pass began or ended within them: such as `, the first from beat 2 on`.
fn cut_text(take: &Take) -> String {
    let Take { music, making, .. } = take;
    let beat = |tick: Tick| {
        let (bar, meter) = maps::bar_at(&music.meters, tick);
        1 + (tick - bar).0 / meter.beat().0.max(1)
    };
    let mut text = String::new();
    if making.start > music.begin {
        text = format!(", the first from beat {} on, where it began", beat(making.start));
    }
    if let Some(end) = making.ended.filter(|end| *end < music.end) {
        let beat = beat(end - Ticks(1));
        text = format!("{text}, the last to beat {beat}, where it stopped");
    }
    text
}

/// Such as `bars 5 to 8`, of the song.
fn place_text(take: &Take) -> String {
    let first = maps::bars(&take.music.meters, Tick(0), take.music.begin) + 1;
    match take.music.bars() {
        0 | 1 => format!("bar {first}"),
        bars => format!("bars {first} to {}", first + bars - 1),
    }
}

/// Such as `4 bars, 112 bpm, 4/4, seed 271828`.
fn details(take: &Take) -> String {
    let music = &take.music;
    // To a hundredth, and no zeros behind it.
    let tempo = (music.tempo().bpm() * 100.0).round() / 100.0;
    let meter = music.meter();
    let again = if take.making.whole == Whole::Yes { "" } else { ", notes only" };
    format!(
        "{}, {tempo} bpm, {}/{}, {} notes, seed {}{again}",
        bars_text(music.bars()),
        meter.count(),
        meter.unit(),
        music.notes.len(),
        take.seed().0
    )
}

/// Where exports go.
fn takes_folder() -> Result<PathBuf, String> {
    let folder = folder().ok_or_else(|| String::from("export: the system names no home folder"))?;
    Ok(folder.join("Takes"))
}

/// Where the musician's files are, if the system names a home folder.
pub(super) fn folder() -> Option<PathBuf> {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    home.map(|home| home.join("Antiphon"))
}
