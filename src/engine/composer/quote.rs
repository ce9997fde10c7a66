//! A motif of the player's that a reply begins with: its intervals and its rhythm, in the part's own octave.

#[cfg(test)]
mod tests;

use crate::infer::Controls;
use crate::music::planner::Window;
use crate::music::tokens::{LONGEST_TIME, duration_class};
use crate::score::{Note, Part, Pitch, Stream, Tick, Ticks};

use super::line::Context;

/// What is left of the motif.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    part: Part,
    /// The motif's notes as the part is to play them; never empty.
    notes: Vec<Note>,
    next: usize,
}

/// Fewest and most notes of a motif.
const FEWEST: usize = 4;
const MOST: usize = 8;
/// How much likelier the motif's own pitch and duration are made, natural logarithm of odds: the network's objections can still be heard, but seldom win.
const INSISTENCE: f32 = 12.0;

impl Quote {
    /// A motif of `phrase` for `part`, from `window` on and before `end`; nothing if the phrase has none that fits.
    pub(super) fn of(
        phrase: &[Note],
        part: Part,
        context: &Context,
        window: Window,
        end: Tick,
        stream: &mut Stream,
    ) -> Option<Self> {
        let line = upper_line(phrase);
        let starts = line.len().checked_sub(FEWEST)? + 1;
        let beat = window.bar.meter.beat().0.max(1);
        let bar = window.bar.meter.bar().0.max(1);
        let phase = |at: usize, of: i64| (line[at].onset - window.begin).0.rem_euclid(of);
        let on_place: Vec<usize> = (0..starts).filter(|at| phase(*at, bar) == 0).collect();
        let on_beat: Vec<usize> = (0..starts).filter(|at| phase(*at, beat) == 0).collect();
        let candidates = [on_place, on_beat, vec![0]].into_iter().find(|it| !it.is_empty())?;
        let first = candidates[choice(stream, candidates.len())];
        let most = (FEWEST + 1 + choice(stream, MOST - FEWEST)).min(line.len() - first);
        let shift = window.begin + Ticks(phase(first, beat)) - line[first].onset;
        let motif = &line[first..first + most];
        let octave = octave_for(motif, part, &context.controls)?;
        let notes: Option<Vec<Note>> = motif
            .iter()
            .map(|note| {
                Some(Note {
                    part,
                    pitch: moved(note.pitch, octave)?,
                    onset: note.onset + shift,
                    ..*note
                })
            })
            .collect();
        let mut notes = notes?;
        notes.retain(|it| it.onset < end);
        (notes.len() >= FEWEST).then_some(Self { part, notes, next: 0 })
    }

    pub(super) fn part(&self) -> Part {
        self.part
    }

    /// When the next note is to sound.
    pub(super) fn due(&self) -> Tick {
        self.notes[self.next].onset
    }

    /// Let the motif's next note alone be drawn, `from` being what time steps count from, however many notes others have struck at its moment. False where it is
    /// impossible.
    pub(super) fn insist(&self, controls: &mut Controls, from: Tick) -> bool {
        let note = self.notes[self.next];
        let pitch = usize::from(note.pitch.number());
        let Ok(time) = usize::try_from((note.onset - from).0) else { return false };
        let possible = |bias: f32| bias > Controls::IMPOSSIBLE / 2.0;
        let row = &mut controls.bias_pitch[self.part.slot() * Controls::FIELDS[2]..];
        if time >= usize::from(LONGEST_TIME)
            || !possible(controls.bias_part[self.part.slot()])
            || !possible(row[pitch])
        {
            return false;
        }
        row[pitch] += INSISTENCE;
        controls.is_insisting = true;
        controls.bias_duration[usize::from(duration_class(note.length))] += INSISTENCE;
        for (class, bias) in controls.bias_time.iter_mut().enumerate() {
            *bias = if class == time { 0.0 } else { Controls::IMPOSSIBLE };
        }
        for (slot, bias) in controls.bias_part.iter_mut().enumerate() {
            if slot != self.part.slot() {
                *bias = Controls::IMPOSSIBLE;
            }
        }
        true
    }

    /// What is left after `note`; nothing when the motif is over, or when the part has gone its own way.
    pub(super) fn after(mut self, note: Note) -> Option<Self> {
        if note.part != self.part {
            return Some(self);
        }
        let due = self.notes[self.next];
        self.next += 1;
        let goes_on = (note.onset, note.pitch) == (due.onset, due.pitch);
        (goes_on && self.next < self.notes.len()).then_some(self)
    }
}

/// The highest of the notes that begin together, in order.
fn upper_line(phrase: &[Note]) -> Vec<Note> {
    let mut line: Vec<Note> = Vec::with_capacity(phrase.len());
    for note in phrase {
        match line.last_mut() {
            Some(last) if last.onset == note.onset => {
                if note.pitch > last.pitch {
                    *last = *note;
                }
            }
            _ => line.push(*note),
        }
    }
    line
}

/// One of `count`, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to count")]
fn choice(stream: &mut Stream, count: usize) -> usize {
    ((stream.uniform() * count as f32) as usize).min(count - 1)
}

/// The semitones, a multiple of twelve, that bring the motif nearest to the part's register with every note within its reach.
fn octave_for(motif: &[Note], part: Part, controls: &Controls) -> Option<i16> {
    let mean =
        motif.iter().map(|it| f32::from(it.pitch.number())).sum::<f32>() / motif.len() as f32;
    let register = controls.register[part.slot()].map_or(mean, |it| 60.0 + 12.0 * it);
    let row = &controls.bias_pitch[part.slot() * Controls::FIELDS[2]..];
    let possible = |octave: &i16| {
        let pitches = motif.iter().map(|it| moved(it.pitch, *octave));
        pitches
            .flatten()
            .filter(|it| row[usize::from(it.number())] > Controls::IMPOSSIBLE / 2.0)
            .count()
            == motif.len()
    };
    let away = |octave: &i16| (mean + f32::from(*octave) - register).abs();
    let octaves = (-5..=5).map(|it| it * 12);
    octaves.filter(possible).min_by(|a, b| away(a).total_cmp(&away(b)))
}

fn moved(pitch: Pitch, semitones: i16) -> Option<Pitch> {
    u8::try_from(i16::from(pitch.number()) + semitones).ok().and_then(Pitch::new)
}
