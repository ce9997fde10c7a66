//! What the player does, and the parts that follow her: each of her notes is answered at its own frame.

use super::{Conductor, GRACE, Scene, TURNS};
use crate::engine::audio::channel::{Bearing, Channel};
use crate::engine::audio::grids::Grids;
use crate::engine::audio::renderer::{HostEvent, HostEventKind, Pace, PlayedEvent};
use crate::engine::audio::sequencer::Action;
use crate::engine::link::{Commit, FromAudio, Retired, TimbreGrid};
use crate::music::follow::{Around, Followers, Place, Seat, Struck};
use crate::music::harmony::leading::Leading;
use crate::music::keys::{Keys, Pedal, Pitches};
use crate::score::{Audible, Family, Key, Mode, Part, Pitch, Tick, Velocity};

/// The player's keys, and all that the parts that follow go by.
#[derive(Debug)]
pub(super) struct Player {
    keys: Keys,
    followers: Followers,
    leading: Leading,
    /// As of the window in play.
    band: Band,
    /// How her wheels, her expression pedal and pressure make her own notes sound.
    bearing: Bearing,
    pub(super) grids: Grids,
}

/// What a commit says beside its notes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Band {
    key: Option<Key>,
    seats: [Seat; Part::BAND_SIZE],
}

impl Player {
    pub(super) fn new() -> Self {
        let middle = Pitch::new(60).expect("middle C");
        let seats = [Seat { family: Family::PIANO, middle }; Part::BAND_SIZE];
        Self {
            keys: Keys::default(),
            followers: Followers::default(),
            leading: Leading::default(),
            band: Band { key: None, seats },
            bearing: Bearing::PLAIN,
            grids: Grids::default(),
        }
    }

    /// What was heard matters no longer: the music starts or jumps.
    pub(super) fn forget(&mut self) {
        self.leading = Leading::default();
        self.followers.forget();
    }

    /// The band begins or ends a note.
    pub(super) fn hear_band(&mut self, action: &Action, now: Tick) {
        match action {
            Action::On(note, _) if self.family(note.part).is_drums() => {}
            Action::On(note, _) => self.leading.strike(note.part, note.pitch, now),
            Action::Off(part, pitch) => self.leading.release(*part, *pitch, now),
        }
    }

    pub(super) fn family(&self, part: Part) -> Family {
        part.band_index().map_or(Family::PIANO, |place| self.band.seats[place].family)
    }
}

impl Band {
    pub(super) fn of(commit: &Commit) -> Self {
        Self { key: commit.key, seats: commit.seats }
    }
}

impl Conductor {
    pub(super) fn host_event(
        &mut self,
        event: HostEvent,
        frame: usize,
        scene: &mut Scene<'_, '_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        match event.kind {
            HostEventKind::NoteOn { pitch, velocity } => {
                self.strike(pitch, velocity, frame, scene, played);
            }
            HostEventKind::NoteOff { pitch } => {
                if self.player.keys.lift(pitch) {
                    self.end_key(pitch, frame, scene, played);
                }
            }
            HostEventKind::Pedal(pedal) => self.tread(pedal, frame, scene, played),
            HostEventKind::Bear(expression) => {
                self.player.bearing.express(expression);
                self.bear_player();
            }
            HostEventKind::Express { pitch, expression } => {
                if let Some(synth) = &mut self.synth {
                    synth.express(Part::PLAYER, pitch, expression);
                }
            }
            HostEventKind::ControllersReset => {
                self.tread(Pedal::Up, frame, scene, played);
                self.player.bearing = Bearing::PLAIN;
                self.bear_player();
            }
            HostEventKind::KeysUp => {
                self.send(FromAudio::AllKeysUp { end: scene.clock.tick_of(frame) });
                self.end_keys(frame, played);
                self.player.bearing = Bearing::PLAIN; // another channel has a wheel of its own
                self.bear_player();
            }
            HostEventKind::AllNotesOff => {
                if let Some(window) = self.sequencer.current_window() {
                    let from = self.reached;
                    self.send(FromAudio::Rested { window, from, until: window.end });
                }
                self.send(FromAudio::AllKeysUp { end: scene.clock.tick_of(frame) });
                self.end_everything(frame, played);
                self.end_keys(frame, played);
                if let Some(synth) = &mut self.synth {
                    synth.silence();
                }
                self.player.bearing = Bearing::PLAIN;
                self.bear_player();
            }
        }
    }

    /// Keys that the player strikes together are a chord before the first of them is answered.
    pub(super) fn hear_together(&mut self, events: impl Iterator<Item = HostEvent>) {
        for event in events {
            if let HostEventKind::NoteOn { pitch, .. } = event.kind {
                self.player.leading.strike(Part::PLAYER, pitch, self.reached);
            }
        }
    }

    fn tread(
        &mut self,
        pedal: Pedal,
        frame: usize,
        scene: &Scene<'_, '_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        for pitch in self.player.keys.tread(pedal).iter() {
            self.end_key(pitch, frame, scene, played);
        }
    }

    /// Let the synth know how the player's notes are to sound.
    pub(super) fn bear_player(&mut self) {
        if let Some(synth) = &mut self.synth {
            synth.bear(Channel::of(Part::PLAYER), self.player.bearing);
        }
    }

    fn strike(
        &mut self,
        pitch: Pitch,
        velocity: Velocity,
        frame: usize,
        scene: &mut Scene<'_, '_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        // What the band begins at the same instant is known and heard by those who follow.
        self.sequence(frame, scene, played);
        let onset = self.reached;
        if self.player.keys.press(pitch) {
            self.end_sound(pitch, frame, played);
        }
        if scene.transport.playing {
            let late = scene.clock.late(frame, onset);
            self.send(FromAudio::NoteOn { onset, late, pitch, velocity });
        }
        if scene.mix.player.audible == Audible::Yes {
            self.sound_live(Part::PLAYER, pitch, velocity, &mut scene.pace);
        }
        self.tell_host(frame, Part::PLAYER, pitch, Some(velocity), played);
        self.player.leading.strike(Part::PLAYER, pitch, onset);
        self.follow(pitch, velocity, frame, scene, played);
    }

    /// A note of the player's ends, and what followed it.
    fn end_key(
        &mut self,
        pitch: Pitch,
        frame: usize,
        scene: &Scene<'_, '_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        if scene.transport.playing {
            self.send(FromAudio::NoteOff { end: self.reached, pitch });
        }
        self.end_sound(pitch, frame, played);
    }

    /// All of the player's notes end; the composer has been told.
    pub(super) fn end_keys(&mut self, frame: usize, played: &mut Vec<PlayedEvent>) {
        for pitch in self.player.keys.let_go().iter() {
            self.end_sound(pitch, frame, played);
        }
    }

    fn end_sound(&mut self, pitch: Pitch, frame: usize, played: &mut Vec<PlayedEvent>) {
        if let Some(synth) = &mut self.synth {
            synth.note_off(Part::PLAYER, pitch);
        }
        self.tell_host(frame, Part::PLAYER, pitch, None, played);
        self.player.leading.release(Part::PLAYER, pitch, self.reached);
        let ends = self.player.followers.let_go(pitch);
        for (part, ends) in Part::BAND.into_iter().zip(ends) {
            self.end_followed(part, ends, frame, played);
        }
    }

    /// Each part that follows answers the player's note.
    fn follow(
        &mut self,
        pitch: Pitch,
        velocity: Velocity,
        frame: usize,
        scene: &mut Scene<'_, '_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        let parts = &scene.settings.parts;
        if parts.iter().all(|part| part.mode != Mode::Follow) {
            return;
        }
        let around = self.around(scene);
        let struck = Struck { pitch, velocity, at: self.reached, place: self.place(scene) };
        let player = &mut self.player;
        let answers = player.followers.strike(struck, parts, &player.band.seats, around);
        for (part, answer) in Part::BAND.into_iter().zip(answers) {
            self.end_followed(part, answer.ends, frame, played);
            let Some((pitch, velocity)) = answer.begins else { continue };
            if let Some(action) = self.sequencer.end_note(part, pitch) {
                self.act(action, frame, played);
            }
            if scene.transport.playing {
                let onset = self.reached;
                let late = scene.clock.late(frame, onset);
                self.send(FromAudio::FollowOn { onset, late, part, pitch, velocity });
            }
            self.sound_live(part, pitch, velocity, &mut scene.pace);
            self.tell_host(frame, part, pitch, Some(velocity), played);
        }
    }

    /// What is in force and sounds now.
    fn around(&mut self, scene: &Scene<'_, '_>) -> Around {
        let player = &mut self.player;
        let settings = scene.settings;
        let led = player.leading.at(self.reached, settings.key, player.band.key);
        let mut sounding = [Pitches::default(); Part::COUNT];
        sounding[Part::PLAYER.slot()] = player.keys.sounding();
        for part in Part::BAND {
            if !player.family(part).is_drums() {
                sounding[part.slot()] = self.sequencer.sounding(part);
            }
        }
        Around {
            chord: led.chord,
            key: led.key,
            scale: led.scale,
            lock: settings.key.filter(|_| settings.scale_lock),
            sounding,
        }
    }

    /// While the transport stands there are no beats, and any note may be one.
    fn place(&self, scene: &Scene<'_, '_>) -> Place {
        let bar = scene.bar();
        let beat = bar.meter.beat().0;
        let phase = (self.reached - bar.start).0.rem_euclid(beat);
        let near = phase <= GRACE.0 || phase >= beat - GRACE.0;
        if near || !scene.transport.playing { Place::Strong } else { Place::Weak }
    }

    /// Start a live note on the synth, from the nearest table at hand.
    fn sound_live(&mut self, part: Part, pitch: Pitch, velocity: Velocity, pace: &mut Pace<'_>) {
        if self.synth.is_none() {
            return;
        }
        let timbre = self.timbre(part);
        if let Pace::Offline(give_turn) = pace {
            let mut turns = 0;
            while !self.player.grids.has(part, timbre) && turns < TURNS && !self.is_stalled() {
                give_turn();
                self.take_arrivals();
                turns += 1;
            }
        }
        let Some(synth) = &mut self.synth else { return };
        if let Some(grid) = self.player.grids.get(part) {
            let table = grid.table(pitch, velocity);
            let made_for = TimbreGrid::made_for(pitch, velocity);
            synth.note_on_as(part, (pitch, velocity), (table, grid.timbre), made_for);
        }
    }

    /// Notes of a part that follows end; its state knows it already.
    pub(super) fn end_followed(
        &mut self,
        part: Part,
        ends: Pitches,
        frame: usize,
        played: &mut Vec<PlayedEvent>,
    ) {
        for pitch in ends.iter() {
            if let Some(synth) = &mut self.synth {
                synth.note_off(part, pitch);
            }
            self.send(FromAudio::FollowOff { end: self.reached, part, pitch });
            self.tell_host(frame, part, pitch, None, played);
        }
    }

    /// End every note of the parts that follow for which `is_over` holds.
    pub(super) fn end_followers(
        &mut self,
        frame: usize,
        played: &mut Vec<PlayedEvent>,
        is_over: impl Fn(usize) -> bool,
    ) {
        for (place, part) in Part::BAND.into_iter().enumerate().filter(|it| is_over(it.0)) {
            let ends = self.player.followers.end(place);
            self.end_followed(part, ends, frame, played);
        }
    }

    /// The band begins a note of its own on a pitch with which the same part may be following.
    pub(super) fn make_way(
        &mut self,
        part: Part,
        pitch: Pitch,
        frame: usize,
        played: &mut Vec<PlayedEvent>,
    ) {
        let followers = &mut self.player.followers;
        if part.band_index().is_some_and(|place| followers.yield_pitch(place, pitch)) {
            let mut ends = Pitches::default();
            ends.insert(pitch);
            self.end_followed(part, ends, frame, played);
        }
    }

    /// What a commit says of key and instruments is in force from now on.
    pub(super) fn take_band(&mut self, band: Band) {
        self.player.band = band;
        for part in Part::BAND {
            let timbre = self.timbre(part);
            if let Some(grid) = self.player.grids.turn_to(part, timbre) {
                self.retire(Retired::Grid(grid));
            }
        }
    }
}
