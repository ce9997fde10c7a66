//! The events of a stream so far, and the inputs that look back over them.

use std::collections::VecDeque;

use super::lines::{BAR_LAGS, LONGEST_MATCH, Lines, NO_MOTIFS, Step};
use super::{
    DRUMS, DURATIONS, Event, Features, LONGEST_TIME, NO_MEMORY, NO_PITCH, NO_VELOCITY,
    duration_class, position, velocity_class,
};
use crate::music::planner::BarLine;
use crate::score::{Part, Pitch, Tick, Ticks, Velocity};

/// The newest events of a stream, in playing order, and what sounds at the newest.
#[derive(Clone, Debug)]
pub struct History {
    /// At most `LIMIT`, sorted by onset.
    events: VecDeque<Past>,
    /// The same notes, part by part.
    lines: Lines,
    /// When each pitch falls silent, over all slots but drums.
    silent_at: [Tick; 128],
    /// Last pitch of each slot; `NO_PITCH` is none.
    last: [u8; Part::COUNT],
}

#[derive(Clone, Copy, Debug)]
struct Past {
    onset: Tick,
    event: Event,
    step: Step,
}

/// Events that the look-back searches.
const LIMIT: usize = 1024;
/// Longest time for which a pitch is said to sound on, ticks.
const REMAIN_LIMIT: i64 = 600;

impl History {
    pub fn new() -> Self {
        Self {
            events: VecDeque::with_capacity(LIMIT + 1),
            lines: Lines::default(),
            silent_at: [Tick(i64::MIN); 128],
            last: [NO_PITCH; Part::COUNT],
        }
    }

    /// Absorb a note. Notes come in playing order (onset, part, pitch); an onset before the newest counts as the newest's.
    /// `family` is the slot's; a `velocity` of `None` is not told.
    pub fn push(
        &mut self,
        onset: Tick,
        part: Part,
        pitch: Pitch,
        length: Ticks,
        velocity: Option<Velocity>,
        family: u8,
    ) {
        let onset = self.last_onset().map_or(onset, |newest| onset.max(newest));
        let time = self.last_onset().map_or(0, |newest| (onset - newest).0);
        let slot = part.slot();
        let number = pitch.number();
        let duration = duration_class(length);
        let step = match self.last[slot] {
            _ if family == DRUMS => Step::Drum(number),
            NO_PITCH => Step::First,
            before => Step::Interval(i16::from(number) - i16::from(before)),
        };
        self.last[slot] = number;
        if family != DRUMS {
            let end = onset + Ticks(i64::from(DURATIONS[usize::from(duration)]));
            let silent_at = &mut self.silent_at[usize::from(number)];
            *silent_at = end.max(*silent_at);
        }
        let event = Event {
            time: u16::try_from(time).map_or(LONGEST_TIME, |time| time.min(LONGEST_TIME)),
            #[expect(clippy::cast_possible_truncation, reason = "a slot is below 5")]
            part: slot as u8,
            pitch: number,
            duration,
            velocity: velocity.map_or(NO_VELOCITY, velocity_class),
        };
        if self.events.len() == LIMIT
            && let Some(oldest) = self.events.pop_front()
        {
            self.lines.forget(oldest.event.part.into());
        }
        self.lines.push(slot, onset, number, duration, step);
        self.events.push_back(Past { onset, event, step });
    }

    /// Move all that was heard by `by`: the transport has jumped, and the music goes on.
    pub fn shift(&mut self, by: Ticks) {
        for past in &mut self.events {
            past.onset += by;
        }
        self.lines.shift(by);
        for tick in &mut self.silent_at {
            *tick = Tick(tick.0.saturating_add(by.0));
        }
    }

    pub fn last_onset(&self) -> Option<Tick> {
        self.events.back().map(|past| past.onset)
    }

    /// Ticks from each event to the one before it, newest first, at most `LONGEST_TIME`.
    pub fn waits(&self) -> impl Iterator<Item = u16> + '_ {
        self.events.iter().rev().map(|past| past.event.time)
    }

    /// Onset and pitch of the newest `count` notes of `part`, oldest first.
    pub fn line(&self, part: Part, count: usize) -> impl Iterator<Item = (Tick, Pitch)> + '_ {
        self.lines.newest(part.slot(), count)
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The inputs after absorbing the newest event, at its onset; those of `START` at the bar's start if there is none.
    /// `bar` is a bar line of the meter in force.
    pub fn features(&self, bar: BarLine) -> Features {
        let Some(newest) = self.events.back() else {
            return Self::start_features(bar, bar.start);
        };
        let mut lookback = [NO_MEMORY; 5];
        for (memory, lag) in lookback.iter_mut().zip(BAR_LAGS) {
            *memory = self.bars_ago(bar.meter.bar() * lag).unwrap_or(NO_MEMORY);
        }
        lookback[4] = self.after_same_suffix().unwrap_or(NO_MEMORY);
        Features {
            event: newest.event,
            position: position(bar, newest.onset),
            remain: self.silent_at.map(|tick| remain(tick, newest.onset)),
            last: self.last.map(i64::from),
            lookback,
            motif: self.lines.motifs(newest.onset, self.events[0].onset, bar.meter.bar()),
        }
    }

    /// The inputs of `START` in a stream that begins at `at`.
    pub fn start_features(bar: BarLine, at: Tick) -> Features {
        Features {
            event: Event::START,
            position: position(bar, at),
            remain: [0.0; 128],
            last: [i64::from(NO_PITCH); 5],
            lookback: [NO_MEMORY; 5],
            motif: NO_MOTIFS,
        }
    }

    /// What followed the same moment `lag` ago: the next event of that chord if more of it were heard then than now,
    /// otherwise the first one after it.
    fn bars_ago(&self, lag: Ticks) -> Option<[i64; 5]> {
        let now = self.last_onset()?;
        let then = now - lag;
        if then < self.events.front()?.onset {
            return None;
        }
        let before = |tick: Tick| self.events.partition_point(|past| past.onset < tick);
        let heard_now = self.events.len() - before(now);
        let after_then = self.events.partition_point(|past| past.onset <= then);
        let past = self.events.get((before(then) + heard_now).min(after_then))?;
        let time = (past.onset - then).0.min(i64::from(LONGEST_TIME));
        Some([time, past.event.part.into(), past.event.pitch.into(), past.event.duration.into(), 1])
    }

    /// What followed the longest suffix of the newest events that was heard before, the newest of equals.
    fn after_same_suffix(&self) -> Option<[i64; 5]> {
        let newest = self.events.len().checked_sub(1)?;
        let mut longest = 1;
        let mut found = None;
        for at in (1..newest).rev() {
            let alike = self.alike(at, newest);
            if alike > longest {
                longest = alike;
                found = Some(at + 1);
            }
            if longest == LONGEST_MATCH {
                break;
            }
        }
        let next = self.events[found?];
        let pitch = match next.step {
            Step::First | Step::Drum(_) => i64::from(next.event.pitch),
            Step::Interval(step) => {
                let last = self.last[usize::from(next.event.part)];
                (i64::from(last) + i64::from(step)).clamp(0, 127)
            }
        };
        let event = next.event;
        let strength = i64::try_from(longest).expect("a match is of at most eight events");
        Some([event.time.into(), event.part.into(), pitch, event.duration.into(), strength])
    }

    /// How many events up to `at` equal those up to `newest`, counting backwards, at most `LONGEST_MATCH`.
    fn alike(&self, at: usize, newest: usize) -> usize {
        let token = |index: usize| {
            let past = &self.events[index];
            (past.event.time, past.event.part, past.step)
        };
        (0..LONGEST_MATCH.min(at + 1))
            .take_while(|back| token(at - back) == token(newest - back))
            .count()
    }
}

impl Default for History {
    fn default() -> Self {
        Self::new()
    }
}

/// Ticks from `now` to `silent_at`, within what the model is told.
fn remain(silent_at: Tick, now: Tick) -> f32 {
    silent_at.0.saturating_sub(now.0).clamp(0, REMAIN_LIMIT) as f32
}
