//! What the editor shows, as plain values.

use super::timbre_map::{self, Heard};
use super::{PresetsView, RememberedView, Roll, SoundView, TakesView, TimbresView};
use crate::engine::link::{Foreseen, Priority};
use crate::params::{Control, Controls};
use crate::score::{Chord, Family, Key, Meter, Part, Tick, Ticks};

/// Everything that one frame of the editor is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// By place; see [`ControlView::all`].
    pub controls: &'a [ControlView],
    pub choices: &'a Choices,
    pub roll: &'a Roll,
    pub clock: Clock,
    pub status: &'a Status,
    pub mixer: Mixer,
    pub sound: SoundView,
    /// Notes in the seed phrase.
    pub phrase_notes: usize,
    /// Whether neither number nor phrase of the seed may change.
    pub seed_locked: bool,
    pub presets: &'a PresetsView,
    pub takes: &'a TakesView,
    pub remembered: &'a RememberedView,
    pub timbres: &'a TimbresView,
}

/// One control as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlView {
    pub control: Control,
    pub name: String,
    /// Shares of the range, 0 to 1.
    pub value: f32,
    pub default: f32,
    /// Of a discrete control: one less than it has values.
    pub steps: Option<usize>,
    /// The value with its unit.
    pub text: String,
    pub learned: Learned,
    /// Why the value that was typed last was not understood.
    pub misread: Option<String>,
}

/// Which MIDI controller turns a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Learned {
    #[default]
    Nothing,
    /// The next one that moves will.
    Waiting,
    By {
        /// 1 to 16.
        channel: u8,
        controller: u8,
    },
    /// None can: the host hands on no controllers.
    Impossible,
}

/// What can be chosen from, in the order of the control's values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    pub styles: Vec<String>,
    /// Of each style what it usually goes in, as far as that is known.
    pub customs: Vec<Custom>,
    pub keys: Vec<String>,
    pub chords: Vec<String>,
    pub families: Vec<String>,
    pub quanta: Vec<String>,
    pub trades: Vec<String>,
    pub modes: Vec<String>,
    pub follows: Vec<String>,
    pub channels: Vec<String>,
    pub count_ins: Vec<String>,
    pub loopings: Vec<String>,
}

/// What pieces of a style usually go in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Custom {
    pub meter: Meter,
    pub tempo_bpm: f64,
}

/// Where time is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    pub playing: bool,
    /// Without a host: whether it is to play. It stands for a moment nevertheless where it begins at a new place.
    pub is_asked_to_play: bool,
    pub driver: Driver,
    /// Quarter notes from the song's origin.
    pub position_quarters: f64,
    pub tempo_bpm: f64,
    /// Of our own transport.
    pub meter: Meter,
    /// Start of the present bar.
    pub bar_start: Tick,
    /// At least one tick.
    pub bar_length: Ticks,
}

/// Who moves time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// The host, or the free run where it stands still.
    #[default]
    Host,
    /// The musician, in this window: there is no host.
    Window,
}

impl Driver {
    /// What a control is called, where its parameter's name tells of a host and there is none.
    pub fn name_of(self, control: Control) -> Option<&'static str> {
        (self == Driver::Window && control == Control::FreeTempo).then_some("Tempo")
    }
}

/// What the status line and the meters tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Empty while no pack is open.
    pub pack: String,
    pub backend: String,
    /// Milliseconds a note, smoothed.
    pub note_millis: f32,
    /// Of the thread that composes.
    pub priority: Priority,
    pub late_windows: u32,
    /// Windows whose second version came too late, so that the first was played.
    pub late_revisions: u32,
    pub lost: u32,
    /// Share of the block's length, 0 to 1.
    pub load: f32,
    /// Of what the player has played lately.
    pub key_heard: Option<Key>,
    pub chord_heard: Option<Chord>,
    /// How much of what the player played was expected.
    pub foreseen: Foreseen,
    /// Linear peaks since the last frame: the band's parts, then the mix.
    pub peaks: [f32; Part::BAND_SIZE + 1],
    /// Of each part of the band, notes of the copy of a training piece that it is in; 0 where it is in none.
    pub copying: [u32; Part::BAND_SIZE],
    /// For the musician; the newest last.
    pub notices: Vec<Notice>,
    /// Only where there is no host.
    pub devices: Option<DevicesView>,
}

/// Something that the musician should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub weight: Weight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Nothing is heard, or work would be lost.
    Trouble,
    /// All goes on.
    Told,
}

impl Notice {
    pub fn trouble(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: Weight::Trouble }
    }

    pub fn told(text: impl Into<String>) -> Self {
        Self { text: text.into(), weight: Weight::Told }
    }
}

/// What a program without a host plays through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevicesView {
    /// The audio output with its rate and block, such as `Speakers, 48 kHz, 256 frames`.
    pub audio: String,
    /// What is wrong with that, and what helps.
    pub trouble: Option<String>,
    /// `None` if no keyboard is connected.
    pub midi_input: Option<String>,
    /// `None` if the band's notes go nowhere.
    pub midi_output: Option<String>,
}

/// Whether the plugin has a sound to mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixer {
    Shown,
    Hidden,
}

impl View<'_> {
    pub fn control(&self, control: Control) -> &ControlView {
        &self.controls[control.place()]
    }

    /// Whether nothing is heard of a part of the band: it is muted, or another is soloed.
    pub fn is_unheard(&self, part: Part) -> bool {
        let Some(place) = part.band_index().filter(|_| self.mixer == Mixer::Shown) else {
            return false;
        };
        let is_on = |control| self.control(control).is_on();
        let is_soloed = |place| is_on(Control::Solo(place));
        is_on(Control::Mute(place)) || (!is_soloed(place) && (0..Part::BAND_SIZE).any(is_soloed))
    }

    /// What a part of the band is heard on, as long as there may be room for: first `Map: Oboe 93 %`, `Auto: Violin` or `Strings: Violin`, then less.
    pub fn timbre_texts(&self, place: usize) -> Vec<String> {
        let Heard { title, is_placed, share, .. } = timbre_map::heard(self, place);
        let chosen = self.control(Control::Family(place));
        let family = self.timbres.families[place].map(Family::name);
        let is_auto = chosen.index() == 0;
        let title = title.filter(|_| self.mixer == Mixer::Shown);
        match (title, is_placed) {
            (Some(title), true) if share < 0.995 => {
                vec![format!("Map: {title} {:.0} %", share * 100.0), format!("Map: {title}")]
            }
            (Some(title), true) => vec![format!("Map: {title}")],
            (Some(title), false) if title == chosen.text => vec![title],
            (Some(title), false) => vec![format!("{}: {title}", chosen.text), title],
            (None, _) if is_auto => match family {
                Some(family) => vec![format!("{}: {family}", chosen.text)],
                None => vec![chosen.text.clone()],
            },
            (None, _) => vec![chosen.text.clone()],
        }
    }
}

impl ControlView {
    /// All controls, by place.
    pub fn all(controls: &Controls) -> Vec<Self> {
        let view = |control| {
            let any = controls.get(control);
            let value = any.value();
            Self {
                control,
                name: any.name(),
                value,
                default: any.default_value(),
                steps: any.steps(),
                text: any.text(value),
                learned: Learned::default(),
                misread: None,
            }
        };
        Control::all().map(view).collect()
    }

    /// The index of a discrete control's value.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small range"
    )]
    pub fn index(&self) -> usize {
        self.steps.map_or(0, |steps| (self.value * steps as f32).round() as usize)
    }

    /// The share of the range at which a discrete control has this index.
    pub fn share(&self, index: usize) -> f32 {
        self.steps.map_or(0.0, |steps| index as f32 / steps.max(1) as f32)
    }

    /// Whether a discrete control stands at the end of its range.
    pub fn is_last(&self) -> bool {
        self.steps == Some(self.index())
    }

    pub fn is_on(&self) -> bool {
        self.value >= 0.5
    }
}

impl Choices {
    /// With the texts that the controls themselves give; `styles` are the titles of the pack's styles.
    pub fn new(controls: &Controls, styles: &[String]) -> Self {
        let texts = |control| {
            let any = controls.get(control);
            let steps = any.steps().unwrap_or(0);
            (0..=steps).map(|step| any.text(step as f32 / steps.max(1) as f32)).collect()
        };
        Self {
            styles: styles.to_vec(),
            customs: Vec::new(),
            keys: texts(Control::Key),
            chords: texts(Control::Chord),
            families: texts(Control::Family(0)),
            quanta: texts(Control::Quantum),
            trades: texts(Control::Trade),
            modes: texts(Control::Mode(0)),
            follows: texts(Control::Follow(0)),
            channels: texts(Control::Channel),
            count_ins: texts(Control::CountIn),
            loopings: texts(Control::Looping),
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            playing: false,
            is_asked_to_play: false,
            driver: Driver::default(),
            position_quarters: 0.0,
            tempo_bpm: 120.0,
            meter: Meter::COMMON,
            bar_start: Tick(0),
            bar_length: Ticks(96),
        }
    }
}
