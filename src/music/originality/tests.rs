//! The examples of `training/tests/test_index.py`, damaged indexes, and the longest copy of a part.

use std::borrow::Cow;

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use serde::Deserialize;

use super::*;
use crate::score::{Pitch, Ticks, Velocity};

const INDEX: &[u8] = include_bytes!("../../../tests/data/copies/index.bin");

#[derive(Deserialize)]
struct Examples {
    runs: usize,
    pieces: Vec<String>,
    lines: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    onset: Vec<i64>,
    pitch: Vec<u8>,
    length: Vec<usize>,
}

fn corpus() -> CorpusIndex {
    CorpusIndex::parse(Cow::Borrowed(INDEX)).unwrap()
}

fn examples() -> Examples {
    serde_json::from_str(include_str!("../../../tests/data/copies/lines.json")).unwrap()
}

fn notes(example: &Example) -> Vec<Note> {
    let note = |(onset, pitch): (&i64, &u8)| Note {
        onset: Tick(*onset),
        part: Part::PLAYER,
        pitch: Pitch::new(*pitch).unwrap(),
        length: Ticks(6),
        velocity: Velocity::clamped(80),
    };
    example.onset.iter().zip(&example.pitch).map(note).collect()
}

#[test]
fn copies_are_told_note_by_note() {
    let (corpus, examples) = (corpus(), examples());
    assert_eq!((corpus.len(), corpus.pieces()), (examples.runs, examples.pieces.len())); // no two of them look alike
    for (number, example) in examples.lines.iter().enumerate() {
        let mut line = Line::default();
        let told = notes(example)
            .into_iter()
            .map(|it| line.push(it.onset, it.pitch, &corpus).map_or(0, |copy| copy.length));
        assert_eq!(told.collect::<Vec<_>>(), example.length, "line {number}");
    }
}

#[test]
fn the_longest_copy_has_its_place_and_a_piece() {
    let (corpus, examples) = (corpus(), examples());
    let mut named = 0;
    for example in &examples.lines {
        let most = example.length.iter().copied().max().unwrap();
        let mut shuffled = notes(example);
        shuffled.reverse();
        let found = judge(&shuffled, Part::PLAYER, &corpus);
        assert_eq!(found.longest.as_ref().map_or(0, |it| it.length), most);
        let ends = (0..example.length.len()).filter(|at| example.length[*at] > 0);
        let mut inside: Vec<usize> = ends.flat_map(|end| end + 1 - RUN..=end).collect();
        inside.sort_unstable();
        inside.dedup();
        assert_eq!(found.copied, inside.len());
        assert!(found.copied < found.notes, "what stands before and behind is nobody's");
        let Some(longest) = found.longest else { continue };
        let last = example.length.iter().position(|it| *it == most).unwrap();
        assert_eq!(longest.to, Tick(example.onset[last]));
        assert!(longest.from < longest.to);
        if let Some(piece) = longest.piece {
            assert!(examples.pieces.contains(&piece), "{piece}");
            named += 1;
        }
    }
    assert!(named > 2, "{named} of the copies are named");
}

#[test]
fn one_part_does_not_hide_another() {
    let (corpus, examples) = (corpus(), examples());
    let mut all = notes(&examples.lines[0]);
    let alone = judge(&all, Part::PLAYER, &corpus);
    all.extend(notes(&examples.lines[1]).into_iter().map(|it| Note { part: Part::BAND[0], ..it }));
    assert_eq!(judge(&all, Part::PLAYER, &corpus), alone);
    assert_eq!(judge(&[], Part::PLAYER, &corpus), Copies { notes: 0, copied: 0, longest: None });
}

#[test]
fn a_copy_of_hundreds_of_notes_is_told_up_to_what_is_kept() {
    let corpus = corpus();
    let examples = examples();
    let example = examples.lines.iter().max_by_key(|it| it.length.iter().max()).unwrap();
    let mut line = Line::default();
    let period = example.onset.last().unwrap() + 24;
    for turn in 0..50 {
        for it in notes(example) {
            line.push(Tick(it.onset.0 + turn * period), it.pitch, &corpus);
            assert!(line.run() <= 130);
        }
    }
}

#[test]
fn a_foreign_or_broken_index_is_refused_with_what_is_wrong() {
    let refused = |change: fn(&mut Vec<u8>)| {
        let mut bytes = INDEX.to_vec();
        change(&mut bytes);
        CorpusIndex::parse(Cow::Owned(bytes)).unwrap_err().to_string()
    };
    assert_eq!(refused(Vec::clear), "it does not begin as an originality index does");
    assert_eq!(refused(|it| it[0] = b'X'), "it does not begin as an originality index does");
    assert_eq!(refused(|it| it[8] = 9), "the length of a run is 9, and not 8");
    assert_eq!(refused(|it| it[12] = 60), "the number of bits is 60, and not 8 to 28");
    assert_eq!(refused(|it| it[16] = 0), "how often a piece is named is 0, and not 1 to 255");
    assert!(refused(|it| it.truncate(200)).contains("it has 200 bytes, and its header tells of"));
    assert!(refused(|it| it.push(b'x')).contains("its header tells of"));
    assert_eq!(refused(|it| it[41] ^= 1), "its buckets and fingerprints do not belong together");
    let renamed = refused(|it| {
        let last = it.len() - 1;
        it[last] = b' ';
    });
    assert_eq!(renamed, "its pieces and names do not belong together");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_index_panics(
        cut in 0..INDEX.len() + 1,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        looked_up in prop::collection::vec(any::<u64>(), 20),
    ) {
        let mut bytes = INDEX.to_vec();
        bytes.truncate(cut.max(1));
        for (place, value) in flips {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(index) = CorpusIndex::parse(Cow::Owned(bytes)) {
            for fingerprint in looked_up {
                index.piece(fingerprint).map(|it| index.name(it).len());
            }
        }
    }
}
