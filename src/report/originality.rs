//! What a report says of copies.

use serde::Serialize;

use crate::music::originality::{CorpusIndex, Longest, RUN, judge};
use crate::score::{Note, Part};

/// How far one part copies what the pack learned from, whatever the key and the tempo.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CopyLine {
    /// Share of the notes that stand in copied runs of eight notes or more.
    pub(crate) copied: f64,
    /// Notes of the longest copy, figures that come again counted once; 0 where there is none.
    pub(crate) longest: usize,
    /// Quarter notes from the beginning to its first note and to its last.
    pub(crate) from_quarter: Option<f64>,
    pub(crate) to_quarter: Option<f64>,
    /// A training piece that has most of it, where the index knows.
    pub(crate) piece: Option<String>,
}

/// The line of `part`.
pub(crate) fn line(notes: &[Note], part: Part, corpus: &CorpusIndex) -> CopyLine {
    let found = judge(notes, part, corpus);
    let quarter = |of: fn(&Longest) -> f64| found.longest.as_ref().map(of);
    CopyLine {
        copied: (1000.0 * found.copied as f64 / found.notes.max(1) as f64).round() / 1000.0,
        longest: found.longest.as_ref().map_or(0, |it| it.length),
        from_quarter: quarter(|it| it.from.quarters()),
        to_quarter: quarter(|it| it.to.quarters()),
        piece: found.longest.and_then(|it| it.piece),
    }
}

impl CopyLine {
    /// For people; `place` words where the longest copy begins.
    pub(crate) fn words(&self, place: impl Fn(f64) -> String) -> String {
        let Some(from) = self.from_quarter else {
            return format!("no run of {RUN} notes is copied");
        };
        let piece = self.piece.as_ref().map_or_else(String::new, |it| format!(", as in {it}"));
        format!(
            "longest copy {} notes{}{piece}; {:.0} % in copied runs of {RUN} or more",
            self.longest,
            place(from),
            self.copied * 100.0
        )
    }
}
