//! The keys of one track as they come and go: what sounds under the sustain pedal is as in live playing, since both ask `music::keys`.

use std::collections::BTreeMap;

use midly::MidiMessage;

use crate::music::keys::{Keys, Pedal, Pitches};
use crate::score::{Note, Part, Pitch, Tick, Ticks, Velocity};

/// The pedal of a channel, or the end of all its notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    Pedal(Pedal),
    AllOff,
}

impl Control {
    /// Of MIDI 1.0: controller 64 is the sustain pedal, down from half on; 120 and 123 end everything.
    pub(super) fn of(message: &MidiMessage) -> Option<Self> {
        let MidiMessage::Controller { controller, value } = message else { return None };
        match controller.as_int() {
            64 if value.as_int() >= 64 => Some(Control::Pedal(Pedal::Down)),
            64 => Some(Control::Pedal(Pedal::Up)),
            120 | 123 => Some(Control::AllOff),
            _ => None,
        }
    }
}

/// What sounds, and the notes that are over.
#[derive(Default)]
pub(super) struct Hands {
    /// By channel.
    keys: [Keys; 16],
    notes: [Vec<Note>; 16],
    /// Onset and velocity of what sounds, by channel and pitch.
    struck: BTreeMap<(u8, Pitch), (Tick, u8)>,
    /// Notes that were never let go, so far.
    open: usize,
}

impl Hands {
    pub(super) fn press(&mut self, tick: Tick, channel: u8, pitch: Pitch, velocity: u8) {
        let keys = &mut self.keys[usize::from(channel)];
        self.open += usize::from(keys.is_down(pitch));
        if keys.press(pitch) {
            self.end(tick, channel, pitch);
        }
        self.struck.insert((channel, pitch), (tick, velocity));
    }

    pub(super) fn lift(&mut self, tick: Tick, channel: u8, pitch: Pitch) {
        if self.keys[usize::from(channel)].lift(pitch) {
            self.end(tick, channel, pitch);
        }
    }

    pub(super) fn control(&mut self, tick: Tick, channel: u8, control: Control) {
        let keys = &mut self.keys[usize::from(channel)];
        let ended: Pitches = match control {
            Control::Pedal(pedal) => keys.tread(pedal),
            Control::AllOff => keys.let_go(),
        };
        for pitch in ended.iter() {
            self.end(tick, channel, pitch);
        }
    }

    /// Everything ends at `tick`. The notes of each channel, sorted, and how many were never let go.
    pub(super) fn finish(mut self, tick: Tick) -> ([Vec<Note>; 16], usize) {
        for (channel, pitch) in self.struck.keys().copied().collect::<Vec<_>>() {
            self.open += usize::from(self.keys[usize::from(channel)].is_down(pitch));
            self.end(tick, channel, pitch);
        }
        self.notes.iter_mut().for_each(|notes| notes.sort_unstable());
        (self.notes, self.open)
    }

    fn end(&mut self, tick: Tick, channel: u8, pitch: Pitch) {
        let Some((onset, velocity)) = self.struck.remove(&(channel, pitch)) else { return };
        self.notes[usize::from(channel)].push(Note {
            onset,
            part: Part::PLAYER,
            pitch,
            length: (tick - onset).max(Ticks(1)),
            velocity: Velocity::clamped(velocity),
        });
    }
}
