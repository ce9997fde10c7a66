//! MIDI controllers that the musician has taught to turn controls. The callback looks them up and leaves each control's newest value; `remote` brings it about.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering};

use nice_plug::prelude::Params;

use super::notes::controller;
use crate::files::state::Taught;
use crate::gui::{ControlView, Learned};
use crate::params::{Control, Controls};

/// Shared by the callback, which hears, and main, which teaches and takes.
pub(super) struct Controllers {
    /// By channel and controller: the control's place plus 1; 0 for none.
    bound: Box<[AtomicU8]>,
    /// The place plus 1 of the control that waits for its controller.
    waiting: AtomicU8,
    /// The one that moved while a control waited: its place in `bound` plus 1.
    found: AtomicU16,
    /// The newest value of each control, in shares of its range, as bits.
    moved: [AtomicU32; Control::COUNT],
    is_due: AtomicBool,
}

const CHANNELS: usize = 16;
/// From 120 on they are messages to the channel as a whole (MIDI 1.0 Detailed Specification, 1996).
const OF_CHANNEL: usize = 120;
/// No value's bits: shares are numbers.
const NOTHING: u32 = u32::MAX;

impl Default for Controllers {
    fn default() -> Self {
        Self {
            bound: (0..CHANNELS * OF_CHANNEL).map(|_| AtomicU8::new(0)).collect(),
            waiting: AtomicU8::new(0),
            found: AtomicU16::new(0),
            moved: std::array::from_fn(|_| AtomicU32::new(NOTHING)),
            is_due: AtomicBool::new(false),
        }
    }
}

impl Controllers {
    /// A controller moved, to a share of its range. Whether it turns a control, or is to. Real-time safe.
    pub(super) fn hear(&self, channel: u8, cc: u8, value: f32) -> bool {
        let Some(index) = index(channel, cc) else { return false };
        if self.waiting.load(Ordering::Relaxed) != 0 {
            self.found.store(number(index) + 1, Ordering::Relaxed);
        } else if let Some(place) = self.bound[index].load(Ordering::Relaxed).checked_sub(1)
            && let Some(moved) = self.moved.get(usize::from(place))
        {
            moved.store(value.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
        } else {
            return false;
        }
        self.is_due.store(true, Ordering::Release);
        true
    }

    /// Whether something was heard that main has not taken yet.
    pub(super) fn is_due(&self) -> bool {
        self.is_due.load(Ordering::Relaxed)
    }

    /// The next controller that moves is to turn `control`; with `None` nothing waits any more.
    pub(super) fn wait_for(&self, control: Option<Control>) {
        self.found.store(0, Ordering::Relaxed);
        self.waiting.store(control.map_or(0, mark), Ordering::Relaxed);
    }

    /// Bind what moved to what waited, if both are there. Says whether it did.
    pub(super) fn learn(&self) -> bool {
        let (found, waiting) =
            (self.found.load(Ordering::Relaxed), self.waiting.load(Ordering::Relaxed));
        let (Some(index), Some(control)) = (found.checked_sub(1), control(waiting)) else {
            return false;
        };
        self.bind(usize::from(index), control);
        self.wait_for(None);
        true
    }

    /// A control has one controller, and a controller one control.
    fn bind(&self, index: usize, control: Control) {
        self.forget(control);
        if let Some(bound) = self.bound.get(index) {
            bound.store(mark(control), Ordering::Relaxed);
        }
    }

    pub(super) fn forget(&self, control: Control) {
        for bound in self.bound.iter().filter(|it| it.load(Ordering::Relaxed) == mark(control)) {
            bound.store(0, Ordering::Relaxed);
        }
    }

    /// The values that controls were moved to since this was asked last.
    pub(super) fn take(&self) -> Vec<(Control, f32)> {
        self.is_due.store(false, Ordering::Relaxed);
        let newest = |control: Control| {
            let bits = self.moved[control.place()].swap(NOTHING, Ordering::Acquire);
            (bits != NOTHING).then(|| (control, f32::from_bits(bits)))
        };
        Control::all().filter_map(newest).collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, Control)> {
        let bound = self.bound.iter().enumerate();
        bound.filter_map(|(index, it)| Some((index, control(it.load(Ordering::Relaxed))?)))
    }

    /// As the song keeps them.
    pub(super) fn kept(&self) -> Vec<Taught> {
        let text = |(index, control): (usize, Control)| Taught {
            parameter: ids()[control.place()].clone(),
            channel: byte(index / OF_CHANNEL),
            controller: byte(index % OF_CHANNEL),
        };
        self.pairs().map(text).collect()
    }

    /// What a song kept takes the place of all; says what of it there is no place for.
    pub(super) fn replace(&self, kept: &[Taught]) -> Option<String> {
        self.wait_for(None);
        self.bound.iter().for_each(|it| it.store(0, Ordering::Relaxed));
        let mut lost = 0;
        for taught in kept {
            let control = Control::all().zip(ids()).find(|it| *it.1 == taught.parameter);
            match (control, index(taught.channel, taught.controller)) {
                (Some((control, _)), Some(index)) => self.bind(index, control),
                _ => lost += 1,
            }
        }
        let text = format!(
            "{lost} MIDI controllers of the song were left out: this version has no such control"
        );
        (lost > 0).then_some(text)
    }

    /// Say of each control what turns it; where the host hands on no controllers, that none can.
    pub(super) fn show(&self, views: &mut [ControlView], hands_on: bool) {
        if !hands_on {
            views.iter_mut().for_each(|it| it.learned = Learned::Impossible);
            return;
        }
        if let Some(control) = control(self.waiting.load(Ordering::Relaxed)) {
            views[control.place()].learned = Learned::Waiting;
        }
        for (index, control) in self.pairs() {
            let view = &mut views[control.place()];
            if view.learned != Learned::Waiting {
                let channel = byte(index / OF_CHANNEL) + 1;
                view.learned = Learned::By { channel, controller: byte(index % OF_CHANNEL) };
            }
        }
    }
}

/// Of a controller that may be learned: those that the plugin hears for themselves keep what they do, but for two that keyboards have within reach.
fn index(channel: u8, cc: u8) -> Option<usize> {
    let (channel, cc) = (usize::from(channel), usize::from(cc));
    let is_used = |it: &u8| usize::from(*it) == cc;
    let is_used = |it: &u8| is_used(it) && !controller::SHARED.contains(it);
    let is_free = !controller::ALL.iter().any(is_used) && !is_used(&controller::RESET);
    (channel < CHANNELS && cc < OF_CHANNEL && is_free).then_some(channel * OF_CHANNEL + cc)
}

fn mark(control: Control) -> u8 {
    const { assert!(Control::COUNT < 255) };
    byte(control.place() + 1)
}

fn control(mark: u8) -> Option<Control> {
    Control::all().nth(usize::from(mark.checked_sub(1)?))
}

fn byte(small: usize) -> u8 {
    u8::try_from(small).unwrap_or(u8::MAX)
}

fn number(small: usize) -> u16 {
    u16::try_from(small).unwrap_or(u16::MAX - 1)
}

/// The parameters' ids, by the controls' places.
fn ids() -> &'static [String] {
    static IDS: OnceLock<Vec<String>> = OnceLock::new();
    IDS.get_or_init(|| {
        let controls = Controls::new(&[].into(), 0);
        controls.param_map().into_iter().map(|(id, _, _)| id).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::Controllers;
    use crate::files::state::Taught;
    use crate::params::Control;

    fn taught(parameter: &str, channel: u8, controller: u8) -> Taught {
        Taught { parameter: String::from(parameter), channel, controller }
    }

    /// Teach it by moving the controller.
    fn teach(controllers: &Controllers, control: Control, channel: u8, cc: u8) -> bool {
        controllers.wait_for(Some(control));
        controllers.hear(channel, cc, 0.5);
        controllers.learn()
    }

    #[test]
    fn a_controller_is_learned_and_turns_its_control_alone() {
        let controllers = Controllers::default();
        controllers.hear(0, 74, 0.25);
        assert!(!controllers.is_due(), "nobody has learned it");
        assert!(teach(&controllers, Control::Temperature, 0, 74));
        assert_eq!(controllers.take(), [], "learning does not turn");
        for value in [0.25, 0.75] {
            controllers.hear(0, 74, value);
        }
        controllers.hear(1, 74, 0.1);
        controllers.hear(0, 75, 0.1);
        assert!(controllers.is_due());
        assert_eq!(controllers.take(), [(Control::Temperature, 0.75)], "the newest");
        assert!(!controllers.is_due() && controllers.take().is_empty());
    }

    #[test]
    fn the_pedal_and_messages_to_a_channel_cannot_be_learned() {
        for cc in [64, 120, 121, 123, 127] {
            let controllers = Controllers::default();
            assert!(!teach(&controllers, Control::Feel, 3, cc), "{cc}");
            assert!(teach(&controllers, Control::Feel, 3, 1), "it still waits");
        }
    }

    #[test]
    fn a_control_has_one_controller_and_a_controller_one_control() {
        let controllers = Controllers::default();
        teach(&controllers, Control::Feel, 0, 1);
        teach(&controllers, Control::Feel, 0, 2);
        teach(&controllers, Control::Density, 0, 2);
        teach(&controllers, Control::Level(3), 15, 119);
        assert_eq!(controllers.kept(), [taught("dens", 0, 2), taught("lev_4", 15, 119)]);
        controllers.forget(Control::Density);
        controllers.hear(0, 2, 1.0);
        assert_eq!(controllers.take(), []);
    }

    #[test]
    fn a_song_s_take_the_place_of_all_and_impossible_ones_are_told() {
        let controllers = Controllers::default();
        teach(&controllers, Control::Feel, 0, 1);
        let good = [taught("temp", 2, 20), taught("sol_3", 0, 21)];
        assert_eq!(controllers.replace(&good), None);
        let mut found = controllers.kept();
        found.sort_by_key(|it| std::cmp::Reverse(it.channel));
        assert_eq!(found, good);
        let bad = [taught("none", 0, 1), taught("temp", 16, 1), taught("temp", 0, 64)];
        assert!(controllers.replace(&bad).unwrap().starts_with("3 MIDI controllers"));
        assert_eq!(controllers.kept(), []);
    }
}
