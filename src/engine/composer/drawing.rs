//! The notes of one window, drawn from the model within what can still happen.

#[cfg(test)]
mod tests;

use super::line::{Context, Line};
use super::recall::Recall;
use crate::engine::link::FromComposer;
use crate::engine::playback::{Given, Parts};
use crate::infer::{ComposeError, Controls, Draw, Muse, State};
use crate::music::dialogue::{Opening, Turn};
use crate::music::feel::Feel;
use crate::music::follow::Seat;
use crate::music::originality;
use crate::music::planner::Window;
use crate::music::tokens::{Event, LONGEST_TIME};
use crate::score::{Family, Key, Likelihood, Mode, Note, Part, Pitch, Seed, Settings, Tick, Ticks};

/// Most notes that one window is given; a runaway of repeated notes ends there.
const WINDOW_NOTES: usize = 128;
/// Most notes that one part strikes at once.
const HANDFUL: usize = 8;
/// Notes of parts that do not play which are drawn in one window and thrown away; then it passes without any more.
const REFUSALS: usize = 24;
/// Tries at drawing a note that is not already struck at that instant.
const TRIES: usize = 4;

/// The place of the pitch among a draw's fields.
const PITCH: usize = 2;
/// Longest copies of training pieces, in notes: that are allowed to every improvisation, since shorter ones are not known of, and that are allowed to none,
/// although real pieces of styles that lean on each other copy longer ones.
const COPIES: [usize; 2] = [originality::RUN, 16];
/// Notes of one window that are drawn again since they make a copy longer, or one more bar of many alike; after these it may go on.
const SHUN_TRIES: usize = 12;

/// What came of one window.
#[derive(Debug)]
pub(super) struct Composed {
    /// The band's notes, by onset.
    pub(super) notes: Vec<Note>,
    /// Of each of these; nothing for what was given.
    pub(super) likelihoods: Vec<Option<Likelihood>>,
    /// The notes with the player's feel, by when they sound: each with its delay in ticks. The likelihoods are in their order then.
    pub(super) voiced: Vec<(Note, f32)>,
    /// Of each slot.
    pub(super) families: [Family; Part::COUNT],
    /// How many of the notes were drawn; the others were given.
    pub(super) drawn: usize,
    /// Sum over the notes that were drawn, natural.
    pub(super) log_probability: f64,
    /// For parts that follow: what each of the band plays on, and the key that is wished for or was heard.
    pub(super) seats: [Seat; Part::BAND_SIZE],
    pub(super) key: Option<Key>,
    /// Parts that were not drawn, since a take has their notes.
    pub(super) given: Parts,
    /// Notes of the copy of a training piece with which each part of the band ends the window; 0 where it ends with none.
    pub(super) copying: [usize; Part::BAND_SIZE],
}

impl Composed {
    /// No notes.
    pub(super) fn silence(controls: &Controls) -> Self {
        let families = families(controls);
        Self {
            notes: Vec::new(),
            likelihoods: Vec::new(),
            voiced: Vec::new(),
            families,
            drawn: 0,
            log_probability: 0.0,
            seats: seats(controls, families),
            key: controls.key.and_then(Key::from_index),
            given: Parts::default(),
            copying: [0; Part::BAND_SIZE],
        }
    }

    /// What is told of each note when it is committed.
    pub(super) fn told(&self) -> impl Iterator<Item = FromComposer> + '_ {
        let notes = self.voiced.iter().zip(&self.likelihoods);
        notes.map(|((note, _), likelihood)| FromComposer::Committed(*note, *likelihood))
    }

    /// Give the notes `amount` of the player's feel; those that are given have theirs.
    pub(super) fn voice(&mut self, feel: &Feel, window: Window, amount: f32, given: &Given) {
        self.given = given.parts();
        let voiced = self.notes.iter().map(|note| {
            if let Some(delay) = given.delay(note) {
                return (*note, delay);
            }
            let manner = feel.manner(*note, window.bar, window.begin, amount);
            (Note { velocity: manner.velocity, ..*note }, manner.delay)
        });
        let likelihoods = std::mem::take(&mut self.likelihoods).into_iter();
        let likelihoods = likelihoods.chain(std::iter::repeat(None));
        let mut voiced: Vec<_> = voiced.zip(likelihoods).collect();
        let begin = |it: &(Note, f32)| it.0.onset.0 as f64 + f64::from(it.1);
        voiced.sort_by(|a, b| begin(&a.0).total_cmp(&begin(&b.0)));
        (self.voiced, self.likelihoods) = voiced.into_iter().unzip();
    }
}

/// What one window is drawn under.
pub(super) struct Scene<'a> {
    pub(super) window: Window,
    pub(super) seed: Seed,
    /// Of the stream of random numbers.
    pub(super) number: u64,
    pub(super) context: &'a Context,
    pub(super) bounds: Bounds,
}

/// What a reply must keep to.
pub(super) struct Bounds {
    /// Where each slot's notes must have ended.
    end: [Option<Tick>; Part::COUNT],
    /// Whether the window must not pass in silence: a reply begins and nobody else plays, or the band has been silent for too long.
    at_once: bool,
    /// Whether the player is to be foretold even where no part plays.
    listens: bool,
}

impl Bounds {
    pub(super) fn new(settings: &Settings, turn: Turn) -> Self {
        let listens = settings.parts.iter().any(|part| part.mode == Mode::Answer);
        let mut bounds = Self { end: [None; Part::COUNT], at_once: false, listens };
        let Turn::Reply { opening, end } = turn else { return bounds };
        for (part, wanted) in Part::BAND.into_iter().zip(&settings.parts) {
            bounds.end[part.slot()] = (wanted.mode == Mode::Answer).then_some(end);
        }
        let others = settings.parts.iter().any(|part| part.mode == Mode::Play);
        bounds.at_once = opening == Opening::Begins && !others;
        bounds
    }

    /// The window must not pass in silence.
    pub(super) fn come_in(&mut self) {
        self.at_once = true;
    }

    fn cut(&self, note: Note) -> Note {
        let Some(end) = self.end[note.part.slot()] else { return note };
        Note { length: note.length.min(end - note.onset).max(Ticks(1)), ..note }
    }
}

/// Draw the notes of the scene's window after `line`, which ends before it. The trail grows by what is drawn.
pub(super) fn draw_window(
    muse: &mut dyn Muse,
    line: &mut Line,
    trail: &mut Vec<(Note, State)>,
    recall: &mut Recall,
    scene: &Scene<'_>,
    given: &mut Given,
) -> Result<Composed, ComposeError> {
    let Scene { window, seed, number, context, bounds } = scene;
    let (window, context) = (*window, *context);
    let mut stream = seed.stream(*number);
    let mut context = context.clone();
    let mut composed = Composed::silence(&context.controls);
    let foretells = bounds.listens && context.controls.allows(Part::PLAYER);
    if !context.controls.has_band() && !foretells {
        composed.notes = given.rest();
        return Ok(composed);
    }
    let hushed = context.controls.hushed;
    if context.controls.has_band() {
        context.controls.draw_hushed();
    }
    let (mut from, waited) = line.clock(window.begin, window.bar);
    context.controls.wait_at_least(waited);
    if line.is_rushing() {
        context.controls.forbid_rushing();
    }
    // Who has heard one line alone for long expects it to go on: until the band has come in, the player is not foretold.
    let player = context.controls.bias_part[Part::PLAYER.slot()];
    if bounds.at_once {
        let beat = window.begin + window.bar.meter.beat();
        context.controls.wait_at_most(window.end.min(beat) - from - Ticks(1));
        context.controls.rule_out(Part::PLAYER);
    }
    let mut struck: Vec<(Part, Pitch)> = Vec::new();
    let (mut tries, mut refused, mut shuns) = (0, 0, 0);
    let longest_copy = longest_copy(&context.controls);
    let mut shunned: Vec<(Part, Pitch)> = Vec::new();
    for _ in 0..WINDOW_NOTES {
        context.controls.roll_noise(&mut stream);
        let draw = draw_next(muse, line, recall, &context, Place { window, from })?;
        let slot = usize::from(draw.event.part).min(Part::COUNT - 1);
        let drawn =
            draw.event.note(from, context.velocities, window.bar, context.controls.family[slot]);
        let drawn = drawn.filter(|it| it.onset < window.end && draw.event.time < LONGEST_TIME);
        if let Some(note) = given.next_before(drawn) {
            if note.onset > from {
                struck.clear();
            }
            struck.push((note.part, note.pitch));
            line.push(muse, &context, note, Some(draw.state.clone()))?;
            trail.push((note, draw.state));
            recall.go_on(note);
            composed.notes.push(note);
            composed.likelihoods.push(None);
            from = note.onset;
            context.controls.no_wait();
            continue;
        }
        let Some(note) = drawn else { break };
        if hushed[slot] {
            refused += 1;
            if refused == REFUSALS {
                break;
            }
            continue; // a part that does not play now: draw again
        }
        if note.onset > from {
            struck.clear();
        } else if struck.contains(&(note.part, note.pitch)) {
            tries += 1;
            if tries > TRIES {
                break;
            }
            continue; // the same key twice at once: draw again
        }
        // What the player played may be quoted at any length.
        if shuns < SHUN_TRIES
            && recall.quote.is_none()
            && (line.would_copy(muse, note, composed.families[slot]) > longest_copy
                || line.would_go_round(&context, note))
        {
            shuns += 1;
            context.controls.shun(note.part, note.pitch);
            shunned.push((note.part, note.pitch));
            continue; // too much like a piece that the model learned from, or like the bars before: draw another
        }
        for (part, pitch) in shunned.drain(..) {
            context.controls.unshun(part, pitch);
        }
        let note = bounds.cut(note);
        struck.push((note.part, note.pitch));
        line.push(muse, &context, note, Some(draw.state.clone()))?;
        trail.push((note, draw.state));
        recall.go_on(note);
        if note.part == Part::PLAYER {
            recall.expect(note);
        } else {
            context.controls.bias_part[Part::PLAYER.slot()] = player;
            composed.notes.push(note);
            composed.likelihoods.push(Some(Likelihood::new(draw.log_probability[PITCH])));
            composed.drawn += 1;
            composed.log_probability +=
                draw.log_probability.iter().map(|it| f64::from(*it)).sum::<f64>();
        }
        from = note.onset;
        context.controls.encourage(note.part, 0.0); // it has come in
        context.controls.no_wait();
        if struck.iter().filter(|it| it.0 == note.part).count() >= HANDFUL {
            context.controls.wait_at_least(Ticks(1));
        }
        if line.is_rushing() {
            context.controls.forbid_rushing();
        }
    }
    composed.notes.extend(given.rest()); // a runaway leaves some
    let melodic = |part: Part| !composed.families[part.slot()].is_drums();
    composed.copying = Part::BAND.map(|part| if melodic(part) { line.copying(part) } else { 0 });
    Ok(composed)
}

/// Where a draw stands.
#[derive(Clone, Copy)]
struct Place {
    window: Window,
    /// What its time step counts from.
    from: Tick,
}

/// Draw what follows `line`, leaning to the memory. Where a motif of the player's is being quoted, its note comes when it is due and the part has no other
/// before: a draw that would pass it is made again with it.
fn draw_next(
    muse: &mut dyn Muse,
    line: &Line,
    recall: &mut Recall,
    context: &Context,
    place: Place,
) -> Result<Draw, ComposeError> {
    let Place { window, from } = place;
    let mut leaning = context.clone();
    recall.lean(line, &mut leaning, from);
    let Some(quote) = &recall.quote else { return line.draw(muse, &leaning, window.begin) };
    let mut hushed = leaning.clone();
    hushed.controls.discourage(quote.part());
    let draw = line.draw(muse, &hushed, window.begin)?;
    let is_own = usize::from(draw.event.part) == quote.part().slot();
    // Of notes that begin together those of lower slots come first.
    let order = (draw.event.onset(from), usize::from(draw.event.part));
    let is_passing = order >= (quote.due(), quote.part().slot());
    if !is_own && (!is_passing || quote.due() >= window.end) {
        return Ok(draw);
    }
    if quote.due() >= window.end {
        // Nothing else is there to play: the window passes without a note.
        return Ok(Draw { event: Event { time: LONGEST_TIME, ..draw.event }, ..draw });
    }
    if quote.insist(&mut leaning.controls, from) {
        return line.draw(muse, &leaning, window.begin);
    }
    recall.quote = None;
    line.draw(muse, &leaning, window.begin)
}

/// Notes of the longest copy of a training piece that is drawn.
fn longest_copy(controls: &Controls) -> usize {
    let [least, most] = COPIES;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1024")]
    let aim = |it: f32| it.round_ties_even() as usize;
    controls.wanted.longest_copy().map_or(most, |it| aim(it).clamp(least, most))
}

/// The family that sounds in each slot; a piano where none is told.
fn families(controls: &Controls) -> [Family; Part::COUNT] {
    std::array::from_fn(|slot| {
        Part::from_slot(slot).and_then(|part| controls.family_of(part)).unwrap_or(Family::PIANO)
    })
}

/// What each part of the band plays on, and where.
fn seats(controls: &Controls, families: [Family; Part::COUNT]) -> [Seat; Part::BAND_SIZE] {
    Part::BAND.map(|part| {
        let family = families[part.slot()];
        let register = controls.register[part.slot()].unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "24 to 96")]
        let middle = (60.0 + 12.0 * register).round().clamp(24.0, 96.0) as u8;
        Seat { family, middle: Pitch::new(middle).expect("below 128") }
    })
}
