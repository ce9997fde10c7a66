//! Replies of a part whose model would rather hear the player go on.

use std::sync::Arc;

use super::host::{At, Host, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind, Sound};
use crate::engine::composer::Composer;
use crate::infer::{ComposeError, Controls, Draw, Muse, Scripted, State, StyleCard};
use crate::music::tokens::Features;
use crate::score::{Mode, Part, PartialTable, Pitch, Quantum, TimbreId, Trade, Velocity};

/// Draws the player's next note a few ticks on wherever that may be drawn.
struct Expectant(Scripted);

impl Muse for Expectant {
    fn styles(&self) -> &[StyleCard] {
        self.0.styles()
    }

    fn backend(&self) -> &str {
        self.0.backend()
    }

    fn silence(&self) -> State {
        self.0.silence()
    }

    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        let mut draw = self.0.step(state, features, controls)?;
        if controls.allows(Part::PLAYER) {
            let soonest = controls.bias_time.iter().position(|it| *it > Controls::IMPOSSIBLE / 2.0);
            draw.event.part = 0;
            draw.event.time = u16::try_from(soonest.unwrap_or(0).max(18)).unwrap();
        }
        Ok(draw)
    }

    fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        self.0.table(timbre, pitch, velocity)
    }
}

/// How many notes the band begins in each of 32 beats, while she plays on each beat of every other bar.
fn answered(quantum: Quantum) -> Vec<usize> {
    let mut host = Host::new();
    host.composer =
        Composer::new(Arc::clone(&host.links), Box::new(Expectant(Scripted::new())), Sound::Silent);
    (host.settings.feel, host.settings.trade, host.settings.quantum) =
        (0.0, Trade::OneBar, quantum);
    host.settings.parts.iter_mut().for_each(|it| it.mode = Mode::Off);
    host.settings.parts[0].mode = Mode::Answer;
    host.offline(standing(0.0), &[]);
    let mut begun = Vec::new();
    for beat in 0..32 {
        let pitch = Pitch::new(60 + beat % 5).unwrap();
        let on = HostEventKind::NoteOn { pitch, velocity: Velocity::clamped(90) };
        let keys = [(0, on), (9000, HostEventKind::NoteOff { pitch })]
            .map(|(frame, kind)| HostEvent { frame, kind });
        let events = if beat / 4 % 2 == 0 { &keys[..] } else { &[] };
        let at = At { quarters: f64::from(beat), bpm: 120.0, frames: 12_000, playing: true };
        let second = At { quarters: f64::from(beat) + 0.5, ..at };
        host.offline(at, events);
        let first = host.onsets().count();
        host.offline(second, &[]);
        begun.push(first + host.onsets().count());
    }
    begun
}

#[test]
fn a_reply_begins_in_its_first_beat_though_the_player_might_have_gone_on() {
    for quantum in [Quantum::HalfBeat, Quantum::Beat, Quantum::Bar] {
        let begun = answered(quantum);
        for bar in [1, 3, 5, 7] {
            assert!(begun[bar * 4] > 0, "{quantum:?}, bar {bar}: {begun:?}");
        }
        assert_eq!(begun[16..20], [0; 4], "{quantum:?}: she has the word");
    }
}
