//! The plan of windows: which stretch is composed next, when its inputs freeze, until when they may still change, and when it must be there.
//!
//! A pure state machine. The audio thread owns it, since it alone knows the settings in force at a cutoff; it is told where the
//! transport stands and answers with the moments to come.

#[cfg(test)]
mod tests;

use crate::score::{Meter, Quantum, Tick, Ticks};

/// How long before its window a cutoff lies: a quarter of a quarter note.
pub const LEAD: Ticks = Ticks(6);

/// How long before its window a revision lies: half of the lead, so that there is as much time to change one's mind as to compose anew.
pub const REVISION: Ticks = Ticks(3);

/// Longest window, so that the work of one stays bounded in the longest of bars: four whole notes.
const LONGEST: Ticks = Ticks(384);

/// Where a chain of windows begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// Numbers the chains of one instance.
    pub chain: u32,
    pub tick: Tick,
    pub bar: BarLine,
    pub entry: Entry,
}

/// How the transport came to where a chain begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It was started there, or waits there.
    Started,
    /// It jumped there from `from` while it ran, the `lap`-th jump since it was started.
    Jumped { from: Tick, lap: u32 },
}

/// A new chain's beginning, and its first window.
pub type Opening = (Start, Window);

/// The bar that a position lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarLine {
    pub start: Tick,
    pub meter: Meter,
}

/// One stretch to compose, `[begin, end)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub chain: u32,
    /// 0 for the chain's first.
    pub index: u32,
    /// At or before `begin`.
    pub cutoff: Tick,
    pub begin: Tick,
    pub end: Tick,
    /// The bar that `begin` lies in.
    pub bar: BarLine,
}

/// What comes next on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub tick: Tick,
    pub kind: MomentKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentKind {
    /// The inputs of the next window freeze.
    Cutoff,
    /// The last moment at which the next window may be composed anew, with all that has changed since its cutoff.
    Revision,
    /// The next window must be there.
    Begin,
}

/// The plan of one instance.
#[derive(Clone, Debug, Default)]
pub struct Planner {
    chains: u32,
    /// Jumps since the transport was started.
    laps: u32,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    #[default]
    Idle,
    /// The transport stands at the start; the first window may be composed beforehand.
    Waiting(Window),
    /// The transport runs; the window has been announced and has yet to begin. Its cutoff is that of its revision once that has passed.
    Announced(Window),
    /// The transport runs inside the window; the one after it has yet to be announced.
    Inside(Window),
}

impl Window {
    /// When it may be composed anew for the last time; nothing if its cutoff is no earlier. No note of a window sounds before the window begins.
    pub fn revision(&self) -> Option<Tick> {
        let tick = self.begin - REVISION;
        (tick > self.cutoff).then_some(tick)
    }

    /// Whether both are the same stretch, composed with the same cutoff or another.
    pub fn is_version_of(&self, other: &Window) -> bool {
        (self.chain, self.index) == (other.chain, other.index)
    }
}

impl BarLine {
    /// The bar of the same meter that `tick` lies in.
    pub fn around(self, tick: Tick) -> Self {
        let length = self.meter.bar();
        let bars = (tick - self.start).0.div_euclid(length.0);
        Self { start: self.start + length * bars, ..self }
    }

    /// The line of the quantum's grid that a transport which lands at `tick` has just passed, by `slack` at most; otherwise `tick` itself.
    pub fn landing(self, tick: Tick, quantum: Quantum, slack: Ticks) -> Tick {
        let bar = self.around(tick);
        let past = (tick - bar.start).0.rem_euclid(quantum.length(self.meter).0.min(LONGEST.0));
        if past <= slack.0 { tick - Ticks(past) } else { tick }
    }

    /// The end of the window that begins at `begin`: the next line of the quantum's grid, or the bar line if that is nearer.
    fn window_end(self, begin: Tick, quantum: Quantum) -> Tick {
        let bar = self.around(begin);
        let length = quantum.length(self.meter).0.min(LONGEST.0);
        let lines = (begin - bar.start).0 / length + 1;
        (bar.start + Ticks(length) * lines).min(bar.start + self.meter.bar())
    }
}

impl Planner {
    /// The transport stands at `tick`. Returns the first window of a new chain, unless the chain that waits there is still good
    /// (`renewed` says that settings have changed, so that it is not).
    pub fn wait_at(
        &mut self,
        tick: Tick,
        bar: BarLine,
        quantum: Quantum,
        renewed: bool,
    ) -> Option<Opening> {
        self.laps = 0;
        self.open(tick, bar, quantum, renewed, Phase::Waiting)
    }

    /// The transport runs from `tick`. Returns the first window of a new chain, unless the chain that waits there is good.
    pub fn play_from(
        &mut self,
        tick: Tick,
        bar: BarLine,
        quantum: Quantum,
        renewed: bool,
    ) -> Option<Opening> {
        self.laps = 0;
        self.open(tick, bar, quantum, renewed, Phase::Announced)
    }

    /// The transport has jumped from `from` to `tick` and runs on. Returns the new chain and its first window.
    pub fn jump(&mut self, from: Tick, tick: Tick, bar: BarLine, quantum: Quantum) -> Opening {
        self.laps = self.laps.wrapping_add(1);
        self.begin(tick, bar, quantum, Entry::Jumped { from, lap: self.laps }, Phase::Announced)
    }

    /// The chain is over.
    pub fn stop(&mut self) {
        self.phase = Phase::Idle;
    }

    /// The first window of the chain that waits for the transport.
    pub fn waiting(&self) -> Option<Window> {
        match self.phase {
            Phase::Waiting(window) => Some(window),
            Phase::Idle | Phase::Announced(_) | Phase::Inside(_) => None,
        }
    }

    /// The next moment; nothing while the transport stands.
    pub fn next_moment(&self) -> Option<Moment> {
        match self.phase {
            Phase::Idle | Phase::Waiting(_) => None,
            Phase::Announced(window) => Some(match window.revision() {
                Some(tick) => Moment { tick, kind: MomentKind::Revision },
                None => Moment { tick: window.begin, kind: MomentKind::Begin },
            }),
            Phase::Inside(window) => Some(Moment {
                tick: (window.end - LEAD).max(window.begin),
                kind: MomentKind::Cutoff,
            }),
        }
    }

    /// The next moment has come: returns the window that begins, or whose inputs freeze; at its revision the same window with a later cutoff.
    /// `bar` is the bar where the transport is, `quantum` the one in force: where a window ends is settled at its first cutoff.
    pub fn pass(&mut self, bar: BarLine, quantum: Quantum) -> Option<Window> {
        match self.phase {
            Phase::Idle | Phase::Waiting(_) => None,
            Phase::Announced(window) => {
                if let Some(cutoff) = window.revision() {
                    let revised = Window { cutoff, ..window };
                    self.phase = Phase::Announced(revised);
                    return Some(revised);
                }
                self.phase = Phase::Inside(window);
                Some(window)
            }
            Phase::Inside(last) => {
                let begin = last.end;
                let window = Window {
                    chain: last.chain,
                    index: last.index + 1,
                    cutoff: (begin - LEAD).max(last.begin),
                    begin,
                    end: bar.window_end(begin, quantum),
                    bar: bar.around(begin),
                };
                self.phase = Phase::Announced(window);
                Some(window)
            }
        }
    }

    /// Enter `phase` with the first window of the chain at `tick`. Returns the chain if it is new.
    fn open(
        &mut self,
        tick: Tick,
        bar: BarLine,
        quantum: Quantum,
        renewed: bool,
        phase: fn(Window) -> Phase,
    ) -> Option<Opening> {
        let waiting = first(self.chains, tick, bar, quantum);
        if !renewed && matches!(self.phase, Phase::Waiting(window) if window == waiting) {
            self.phase = phase(waiting);
            return None;
        }
        Some(self.begin(tick, bar, quantum, Entry::Started, phase))
    }

    fn begin(
        &mut self,
        tick: Tick,
        bar: BarLine,
        quantum: Quantum,
        entry: Entry,
        phase: fn(Window) -> Phase,
    ) -> Opening {
        self.chains = self.chains.wrapping_add(1);
        let window = first(self.chains, tick, bar, quantum);
        self.phase = phase(window);
        (Start { chain: window.chain, tick, bar: window.bar, entry }, window)
    }
}

fn first(chain: u32, tick: Tick, bar: BarLine, quantum: Quantum) -> Window {
    Window {
        chain,
        index: 0,
        cutoff: tick,
        begin: tick,
        end: bar.window_end(tick, quantum),
        bar: bar.around(tick),
    }
}
