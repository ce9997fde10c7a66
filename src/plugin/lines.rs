//! What the framework writes to the terminal where there is no host: faults alone, since its advice names options of its own that our program has not.

use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use nice_plug::tracing::field::{Field, Visit};
use nice_plug::tracing::span::{Attributes, Id, Record};
use nice_plug::tracing::{Event, Level, Metadata, Subscriber, subscriber};

/// Writes what is said as an error, a line each.
struct Faults;

/// The text of one line.
struct Text(String);

/// That the framework cannot have the signals to end: the program has them itself, and keeps its session first.
const OURS: &str = "Error setting close signal callback";

static ARE_WANTED: AtomicBool = AtomicBool::new(false);

/// From the program's start on, have the framework write faults alone. To be said before it is started.
pub(crate) fn keep_to_faults() {
    ARE_WANTED.store(true, Ordering::Relaxed);
}

/// As the framework asks: `None` leaves it to its own lines, as in hosts. Panics write themselves.
pub(super) fn set_up() -> Option<bool> {
    ARE_WANTED.load(Ordering::Relaxed).then(|| {
        subscriber::set_global_default(Faults).ok(); // then someone else writes
        false
    })
}

impl Subscriber for Faults {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    #[expect(clippy::print_stderr, reason = "there is no host to tell")]
    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        if text.0.starts_with(OURS) {
            return;
        }
        eprintln!("antiphon-jam: {}", text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            write!(self.0, "{value:?}").ok(); // a text takes any text
        }
    }
}
