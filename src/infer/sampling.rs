//! The musician's settings as what one step of the note model takes: wishes, noise and biases.

#[cfg(test)]
mod tests;

use super::muse::{Controls, StyleCard};
use crate::music::form::{Lean, Wanted, aims_at};
use crate::music::tokens::{ABSENT, AUTO, Event, LONGEST_TIME, VelocityFrom};
use crate::pack::Rest;
use crate::score::{Family, Mode, Part, PartSettings, Pitch, Settings, Stream, StyleBlend, Ticks};

/// Whether a player is in the ensemble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayerPresence {
    /// The band plays alone.
    Absent,
    /// The band hears a player, and expects her next notes.
    Listening,
}

/// The player is heard as a piano.
const PLAYER_FAMILY: u8 = 0;
/// Keys of the General MIDI drum kit.
const DRUM_KEYS: std::ops::RangeInclusive<u8> = 35..=81;
/// Keys of a piano.
const MELODIC_KEYS: std::ops::RangeInclusive<u8> = 21..=108;
/// Bias of pitches outside the scale of the key that is wished for or heard: told of a key, the model alone leaves it as often as the style does.
const OUTSIDE: f32 = -2.0;
/// The wait that holding back leaves as likely as notes struck together: half a quarter.
const UNHURRIED: f32 = 12.0;
/// Octaves by which notes struck together are shorter to a band that is driven on: its chords grow along with its runs.
const TOGETHER: f32 = -1.0;
/// What a pitch loses that is not wanted just now, natural logarithm of odds.
const SHUNNED: f32 = 16.0;
/// Octaves of density that one step of its control is told at most: beyond that the model has heard nothing.
const MOST_STEP: f32 = 0.8;

/// Where each family is at home, for one that the style's band does not have: middle of its common compass.
const HOME: [f32; 16] = [
    60.0, 72.0, 60.0, 57.0, 40.0, 64.0, 62.0, 58.0, 64.0, 74.0, 70.0, 60.0, 62.0, 60.0, 60.0, 60.0,
];

impl Controls {
    /// No wish and no noise: the likeliest event of an unknown style, of which there are `styles`.
    pub fn open(styles: usize) -> Self {
        Self {
            family: [AUTO; Part::COUNT],
            style: vec![0.0; styles],
            density: [None; Part::COUNT],
            register: [None; Part::COUNT],
            repetition: [None; Part::COUNT],
            repetition_deviation: 0.0,
            key: None,
            chord: [None; 2],
            noise: vec![0.0; Self::NOISE],
            bias_time: vec![0.0; Self::FIELDS[0]],
            hurry: 0.0,
            usual_density: 0.0,
            patience: Rest::default().patience,
            tireless: Rest::default().tireless,
            wanted: Wanted::default(),
            is_insisting: false,
            bias_part: [0.0; Part::COUNT],
            hushed: [false; Part::COUNT],
            bias_pitch: vec![0.0; Part::COUNT * Self::FIELDS[2]],
            bias_duration: [0.0; 32],
            bias_velocity: [0.0; 16],
            sharpness: [1.0; 5],
            min_p: [Self::IMPOSSIBLE; 5],
        }
    }

    /// What `settings` ask for, without noise. Min-p holds for all five fields alike, temperature but for its factors of time and pitch.
    pub fn new(settings: &Settings, styles: &[StyleCard], player: PlayerPresence) -> Self {
        let mut controls = Self::open(styles.len());
        controls.style = settings.style.weights(styles.len());
        controls.key = settings.key.map(|key| key.index());
        let temperature = settings.temperature.clamp(0.05, 20.0);
        controls.sharpness = [1.0 / temperature; 5];
        controls.sharpness[0] /= settings.time_temperature.clamp(0.5, 1.5);
        controls.sharpness[2] /= settings.pitch_temperature.clamp(0.5, 1.5);
        if settings.min_p > 0.0 {
            controls.min_p = [settings.min_p.min(1.0).ln(); 5];
        }
        controls.seat_player(player);
        let card = leading_style(settings.style, styles);
        let (mean, deviation) = usual(&controls.style, styles, |card| card.density);
        let rest = resting(&controls.style, styles);
        let step = (rest.density_step * deviation).min(MOST_STEP);
        let density = mean + settings.density * step + rest.density * deviation;
        // So that more is never less than what is played where nothing is wished for, nor less more.
        controls.usual_density = mean
            + match settings.density {
                wished if wished > 0.0 => rest.excess.max(0.0),
                wished if wished < 0.0 => rest.excess.min(0.0),
                _ => 0.0,
            };
        controls.sharpness[2] *= rest.pitch_sharpness;
        controls.hurry = settings.density * rest.hurry;
        controls.patience = rest.patience;
        controls.tireless = rest.tireless;
        controls.wanted = aims_at(&rest.aims, settings.seed, settings.repetition);
        if settings.key.is_some() {
            controls.wanted = controls.wanted.without_scale(); // that key is kept to instead
        }
        controls.no_wait();
        let (mean, deviation) = usual(&controls.style, styles, |card| card.repetition);
        controls.repetition_deviation = deviation;
        let repetition = mean + (rest.repetition + settings.repetition) * deviation;
        for (part, wanted) in Part::BAND.into_iter().zip(&settings.parts) {
            controls.seat(part, wanted, card);
            if wanted.mode != Mode::Off {
                controls.density[part.slot()] = Some(density);
                controls.repetition[part.slot()] = Some(repetition);
            }
            controls.limit_pitches(part, settings);
        }
        let strength = settings.style_strength.clamp(0.0, 2.0);
        controls.style.iter_mut().for_each(|weight| *weight *= strength);
        controls
    }

    /// Fresh noise for the next draw.
    pub fn roll_noise(&mut self, stream: &mut Stream) {
        self.noise.fill_with(|| stream.gumbel());
    }

    /// Make the next event come no sooner than `ticks` after the one absorbed.
    pub fn wait_at_least(&mut self, ticks: Ticks) {
        let first = ticks.0.clamp(0, i64::from(LONGEST_TIME));
        self.no_wait();
        for (bias, time) in self.bias_time.iter_mut().zip(0i64..) {
            if time < first {
                *bias = Self::IMPOSSIBLE;
            }
        }
    }

    /// Make the next event come no later than `ticks` after the one absorbed.
    pub fn wait_at_most(&mut self, ticks: Ticks) {
        let last = usize::try_from(ticks.0.max(0)).unwrap_or(usize::MAX);
        for bias in self.bias_time.iter_mut().skip(last.saturating_add(1)) {
            *bias = Self::IMPOSSIBLE;
        }
    }

    /// Let the next event come at any time, sooner or later as the band hurries.
    pub fn no_wait(&mut self) {
        let hurry = self.hurry;
        for (bias, time) in self.bias_time.iter_mut().zip(0u16..) {
            let longer = match time {
                0 if hurry > 0.0 => TOGETHER,
                0 => 0.0,
                _ => (f32::from(time) / UNHURRIED).log2(),
            };
            *bias = if hurry == 0.0 { 0.0 } else { -hurry * longer };
        }
    }

    /// Let `event` alone be drawn, whatever the biases and the noise were.
    pub fn force(&mut self, event: Event) {
        let only = |biases: &mut [f32], class: usize| {
            biases.fill(Self::IMPOSSIBLE);
            if let Some(bias) = biases.get_mut(class) {
                *bias = 0.0;
            }
        };
        only(&mut self.bias_time, event.time.into());
        only(&mut self.bias_part, event.part.into());
        for row in self.bias_pitch.chunks_exact_mut(Self::FIELDS[2]) {
            only(row, event.pitch.into());
        }
        only(&mut self.bias_duration, event.duration.into());
        only(&mut self.bias_velocity, event.velocity.into());
        self.min_p = [Self::IMPOSSIBLE; 5];
    }

    /// Whether `part` can be drawn.
    pub fn allows(&self, part: Part) -> bool {
        self.bias_part[part.slot()] > Self::IMPOSSIBLE / 2.0
    }

    /// Make `part` likelier to be the next to play, by `bias` natural logarithms of odds; one that cannot play still cannot.
    pub fn encourage(&mut self, part: Part, bias: f32) {
        let own = &mut self.bias_part[part.slot()];
        if *own > Self::IMPOSSIBLE {
            *own = bias;
        }
    }

    /// Tell `part`, which has played nothing new for so many bars, to repeat itself less.
    pub fn tire(&mut self, part: Part, bars: f32) {
        const EACH_BAR: f32 = 2.0; // deviations
        const MOST_DEVIATIONS: f32 = 16.0;
        let deviations = ((bars - self.tireless) * EACH_BAR).clamp(0.0, MOST_DEVIATIONS);
        if let Some(wish) = &mut self.repetition[part.slot()] {
            *wish -= deviations * self.repetition_deviation;
        }
    }

    /// Tell every part of the band to repeat itself more, by so many deviations.
    pub fn repeat_more(&mut self, deviations: f32) {
        let more = deviations * self.repetition_deviation;
        self.repetition.iter_mut().flatten().for_each(|wish| *wish += more);
    }

    /// Tell the parts that can be drawn other registers than are asked of them; `told` gives them, all in octaves from middle C.
    pub fn retune(&mut self, told: impl Fn(Part, f32) -> f32) {
        for part in Part::BAND.into_iter().filter(|it| !self.hushed[it.slot()]) {
            if self.allows(part) {
                self.register[part.slot()] =
                    self.register[part.slot()].map(|asked| told(part, asked));
            }
        }
    }

    /// Make pitches likelier or less likely, natural logarithms of odds; what is impossible stays so.
    pub fn lean_pitches(&mut self, lean: &Lean) {
        for (bias, more) in self.bias_pitch.iter_mut().zip(lean.iter().flatten()) {
            if *bias > Self::IMPOSSIBLE / 2.0 {
                *bias += more;
            }
        }
    }

    /// Make `part` all but impossible, unless no other is possible.
    pub fn discourage(&mut self, part: Part) {
        const RELUCTANCE: f32 = 25.0;
        let own = &mut self.bias_part[part.slot()];
        if *own > Self::IMPOSSIBLE {
            *own -= RELUCTANCE;
        }
    }

    /// Keep `part` from being drawn: its notes come from elsewhere, and the model hears them.
    pub fn rule_out(&mut self, part: Part) {
        self.bias_part[part.slot()] = Self::IMPOSSIBLE;
    }

    /// Keep `part` from playing next.
    pub fn silence(&mut self, part: Part) {
        self.bias_part[part.slot()] = Self::IMPOSSIBLE;
        self.hushed[part.slot()] = true;
    }

    /// Let the parts that are silenced be drawn, so that what is drawn of them can be thrown away. The model that expects them to play now would else
    /// hand their moment to another part, which would play on all of theirs.
    pub fn draw_hushed(&mut self) {
        for (bias, hushed) in self.bias_part.iter_mut().zip(self.hushed) {
            if hushed {
                *bias = 0.0;
            }
        }
    }

    /// Rule out waits of less than a thirty-second note, but for notes struck together.
    pub fn forbid_rushing(&mut self) {
        for bias in &mut self.bias_time[1..3] {
            *bias = Self::IMPOSSIBLE;
        }
    }

    /// Hold the band to the density that is wished for (in steps of the control), where what it has played lately is far from it. `played`: mean over the parts
    /// of their density values. Where nothing is wished for, nobody is held to the usual density closely, since pieces of one style differ.
    pub fn govern(&mut self, played: f32, wished: f32) {
        const STEP: f32 = 0.678; // octaves: 1.6 times the notes
        const EACH: f32 = 3.5; // of hurry for each octave too many or too few
        const INSISTING: f32 = 10.0; // and for each step that is wished for
        const MOST_HELD: f32 = 8.0;
        // Driven on less than held back: a band that was silent, for whatever reason, must not come in as a wall of notes.
        let (free, most_driven) = if wished.abs() < 0.1 { (0.3, 1.5) } else { (0.1, 5.0) };
        let off = played - (self.usual_density + wished * STEP);
        let excess = off - off.clamp(-free, free);
        let firmly = excess * (EACH + INSISTING * wished.abs());
        self.hurry -= firmly.clamp(-most_driven, MOST_HELD);
        self.no_wait();
    }

    /// Make `pitch` all but impossible for `part` until it is allowed again.
    pub fn shun(&mut self, part: Part, pitch: Pitch) {
        *self.pitch_bias(part, pitch) -= SHUNNED;
    }

    /// Take back one `shun`.
    pub fn unshun(&mut self, part: Part, pitch: Pitch) {
        *self.pitch_bias(part, pitch) += SHUNNED;
    }

    /// Make `pitch`, which `part` has struck so many times running, less likely the longer this is beyond the style's patience.
    pub fn weary(&mut self, part: Part, pitch: Pitch, times: usize) {
        const EACH: f32 = 0.5;
        const MOST: f32 = 8.0;
        let times = f32::from(u16::try_from(times).unwrap_or(u16::MAX));
        *self.pitch_bias(part, pitch) -= ((times - self.patience) * EACH).clamp(0.0, MOST);
    }

    /// The family of a slot that has one; nothing for one that is absent or not told.
    pub fn family_of(&self, part: Part) -> Option<Family> {
        Family::new(self.family[part.slot()])
    }

    /// Whether any part of the band can be drawn.
    pub fn has_band(&self) -> bool {
        self.bias_part[1..].iter().any(|bias| *bias > Self::IMPOSSIBLE)
    }

    fn seat_player(&mut self, player: PlayerPresence) {
        let slot = Part::PLAYER.slot();
        match player {
            PlayerPresence::Listening => self.family[slot] = PLAYER_FAMILY,
            PlayerPresence::Absent => {
                self.family[slot] = ABSENT;
                self.bias_part[slot] = Self::IMPOSSIBLE;
            }
        }
    }

    fn seat(&mut self, part: Part, wanted: &PartSettings, card: Option<&StyleCard>) {
        let slot = part.slot();
        if wanted.mode == Mode::Off {
            self.family[slot] = ABSENT;
            self.bias_part[slot] = Self::IMPOSSIBLE;
            return;
        }
        if wanted.mode == Mode::Follow {
            self.rule_out(part);
        }
        let (family, usual) = role(part, wanted.family, card);
        self.family[slot] = family.index();
        if !family.is_drums() {
            let pitch = (usual + wanted.register).clamp(24.0, 96.0);
            self.register[slot] = Some((pitch - 60.0) / 12.0);
        }
    }

    /// Rule out the keys that the part's instrument lacks and those outside a locked scale, and make those outside a key less likely.
    fn limit_pitches(&mut self, part: Part, settings: &Settings) {
        let drums = self.family_of(part).is_some_and(Family::is_drums);
        let key = settings.key.filter(|_| !drums);
        let keys = if drums { DRUM_KEYS } else { MELODIC_KEYS };
        for pitch in (0..128).filter_map(Pitch::new) {
            let in_scale = key.is_none_or(|key| key.contains(pitch));
            if !keys.contains(&pitch.number()) || !in_scale && settings.scale_lock {
                *self.pitch_bias(part, pitch) = Self::IMPOSSIBLE;
            } else if !in_scale {
                *self.pitch_bias(part, pitch) = OUTSIDE;
            }
        }
    }

    fn pitch_bias(&mut self, part: Part, pitch: Pitch) -> &mut f32 {
        &mut self.bias_pitch[part.slot() * Self::FIELDS[2] + usize::from(pitch.number())]
    }
}

/// Whether the drawn velocities mean something in the leading style of a blend. Where they do not, the model must not be told velocities either.
pub fn velocity_from(blend: StyleBlend, styles: &[StyleCard]) -> VelocityFrom {
    match leading_style(blend, styles) {
        Some(card) if card.has_velocity => VelocityFrom::Model,
        _ => VelocityFrom::Rule,
    }
}

/// The style that a blend leans to; it gives what cannot be blended.
fn leading_style(blend: StyleBlend, styles: &[StyleCard]) -> Option<&StyleCard> {
    let style = if blend.lean > 0.5 { blend.second } else { blend.first };
    styles.get(style.min(styles.len().checked_sub(1)?))
}

/// Mean and standard deviation of one of the styles' values, blended.
fn usual(weights: &[f32], styles: &[StyleCard], of: fn(&StyleCard) -> (f32, f32)) -> (f32, f32) {
    let blended = weights.iter().zip(styles);
    blended.fold((0.0, 0.0), |(mean, deviation), (weight, card)| {
        let (own_mean, own_deviation) = of(card);
        (mean + weight * own_mean, deviation + weight * own_deviation)
    })
}

/// What a blend of styles is told at rest.
fn resting(weights: &[f32], styles: &[StyleCard]) -> Rest {
    if styles.is_empty() {
        return Rest::default();
    }
    let of = |of: fn(&Rest) -> f32| {
        weights.iter().zip(styles).map(|(weight, card)| weight * of(&card.rest)).sum()
    };
    Rest {
        density: of(|it| it.density),
        repetition: of(|it| it.repetition),
        pitch_sharpness: of(|it| it.pitch_sharpness),
        density_step: of(|it| it.density_step),
        hurry: of(|it| it.hurry),
        patience: of(|it| it.patience),
        excess: of(|it| it.excess),
        tireless: of(|it| it.tireless),
        aims: std::array::from_fn(|aim| blended_aim(weights, styles, aim)),
    }
}

/// The share of those of the styles that have it; they weigh as much as they are played.
fn blended_aim(weights: &[f32], styles: &[StyleCard], aim: usize) -> Option<[f32; 5]> {
    let known =
        || weights.iter().zip(styles).filter_map(|(w, card)| Some((*w, card.rest.aims[aim]?)));
    let whole: f32 = known().map(|(weight, _)| weight).sum();
    let at = |place: usize| known().map(|(weight, own)| weight * own[place]).sum::<f32>() / whole;
    (whole > 0.0).then(|| std::array::from_fn(at))
}

/// Family of a part and its usual mean pitch. A part beyond the style's usual band doubles one of it.
fn role(part: Part, wanted: Option<Family>, card: Option<&StyleCard>) -> (Family, f32) {
    let band = card.map_or(&[][..], |card| &card.parts);
    let place = part.band_index().unwrap_or(0).checked_rem(band.len()).unwrap_or(0);
    let seat = band.get(place).copied();
    let piano = (Family::PIANO, 60.0);
    let Some(family) = wanted else { return seat.unwrap_or(piano) };
    let same = |candidate: &(Family, f32)| candidate.0 == family;
    let usual = seat.filter(same).or_else(|| band.iter().copied().find(same));
    let home = HOME.get(usize::from(family.index())).copied().unwrap_or(60.0);
    (family, usual.map_or(home, |(_, register)| register))
}
