//! How good a take is, as far as it can be counted: for putting candidates in order, never for throwing any away.

#[cfg(test)]
mod tests;

use super::key::KeyFinder;
use super::originality::{CorpusIndex, RUN, judge};
use crate::score::take::Music;
use crate::score::{Family, Key, Note, Part, Take, Tick};

/// What a candidate was rated for; each 0 (worst) to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rating {
    /// How well the model expected it.
    pub likelihood: f32,
    /// Share of the pitched notes in the key.
    pub key_fit: f32,
    /// Share of a part's steps that are no larger than an octave, near ones counting more.
    pub smoothness: f32,
    /// How far its onsets are where the original has some.
    pub rhythm: f32,
    /// How far its notes are not those of the original and of candidates that are ranked before.
    pub distinctness: f32,
    /// How far it is not in what the model learned from; `None` where nothing can tell.
    pub originality: Option<f32>,
}

impl Rating {
    /// The mean of what is known, by weight.
    pub fn total(self) -> f32 {
        let known = [
            (Some(self.likelihood), 3.0),
            (Some(self.key_fit), 2.0),
            (Some(self.smoothness), 1.0),
            (Some(self.rhythm), 1.0),
            (Some(self.distinctness), 2.0),
            (self.originality, 2.0),
        ];
        let known = known.into_iter().filter_map(|(value, weight)| Some((value?, weight)));
        let (sum, weights) = known
            .fold((0.0, 0.0), |(sum, all), (value, weight)| (sum + value * weight, all + weight));
        if weights > 0.0 { sum / weights } else { 0.0 }
    }
}

/// Of a take on its own: likelihood, key and leaps.
pub fn of_take(take: &Take) -> f32 {
    let music = &take.music;
    let wished = crate::score::maps::in_force(&take.making.settings, music.begin);
    let key = wished.and_then(|it| it.key);
    let rating = alone(music, key);
    (3.0 * rating.likelihood + 2.0 * rating.key_fit + rating.smoothness) / 6.0
}

/// Of each candidate for the place of `original`, and the order in which they are best looked at: the best first, and what resembles a better
/// one later.
pub fn rank(
    original: &Music,
    candidates: &[Music],
    key: Option<Key>,
    corpus: Option<&CorpusIndex>,
) -> Vec<(usize, Rating)> {
    let mut ratings: Vec<Rating> = candidates
        .iter()
        .map(|candidate| Rating {
            rhythm: agreement(candidate, original, |note| (note.part.slot(), note.onset.0)),
            originality: corpus.map(|corpus| originality(candidate, corpus)),
            ..alone(candidate, key)
        })
        .collect();
    let like = |a: &Music, b: &Music| {
        agreement(a, b, |note| {
            (note.part.slot() * 128 + usize::from(note.pitch.number()), note.onset.0)
        })
    };
    // How like the nearest of what comes before it each one is.
    let mut nearest: Vec<f32> = candidates.iter().map(|it| like(it, original)).collect();
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    let mut ranked = Vec::new();
    while !left.is_empty() {
        for index in &left {
            ratings[*index].distinctness = 1.0 - nearest[*index];
        }
        let best = (0..left.len())
            .rev()
            .max_by(|a, b| ratings[left[*a]].total().total_cmp(&ratings[left[*b]].total()))
            .unwrap_or(0);
        let chosen = left.remove(best);
        for index in &left {
            nearest[*index] = nearest[*index].max(like(&candidates[*index], &candidates[chosen]));
        }
        ranked.push((chosen, ratings[chosen]));
    }
    ranked
}

fn alone(music: &Music, key: Option<Key>) -> Rating {
    /// Natural logarithm a note of what is quite unexpected.
    const UNEXPECTED: f32 = -12.0;
    let likelihood = music.likelihood.unwrap_or(UNEXPECTED / 2.0);
    Rating {
        likelihood: (1.0 - likelihood / UNEXPECTED).clamp(0.0, 1.0),
        key_fit: key_fit(music, key),
        smoothness: smoothness(music),
        ..Rating::default()
    }
}

fn pitched(music: &Music) -> Vec<Note> {
    let families = music.sounding_families();
    let is_drums = |part: Part| {
        let family = part.band_index().and_then(|index| families[index]);
        family.is_some_and(Family::is_drums)
    };
    music.of_band().filter(|note| !is_drums(note.part)).collect()
}

/// In the wished key, or else in the one that the notes tell.
fn key_fit(music: &Music, key: Option<Key>) -> f32 {
    let notes = pitched(music);
    let mut finder = KeyFinder::default();
    notes.iter().for_each(|note| finder.hear(note.pitch, note.length));
    let Some(key) = key.or_else(|| finder.key()) else { return 1.0 };
    let inside = notes.iter().filter(|note| key.contains(note.pitch)).count();
    inside as f32 / notes.len().max(1) as f32
}

/// 1 where no part copies as much as a run, 0 where one copies three times as much.
fn originality(music: &Music, corpus: &CorpusIndex) -> f32 {
    let notes = pitched(music);
    let longest = |part| judge(&notes, part, corpus).longest.map_or(0, |it| it.length);
    let most = Part::BAND.map(longest).into_iter().max().unwrap_or(0);
    1.0 - ((most as f32 - RUN as f32) / (2 * RUN) as f32).clamp(0.0, 1.0)
}

/// Of each part's highest notes, one after another.
fn smoothness(music: &Music) -> f32 {
    let notes = pitched(music);
    let (mut sum, mut count) = (0.0, 0.0);
    for part in Part::BAND {
        let mut before: Option<(Tick, f32)> = None;
        for note in notes.iter().filter(|note| note.part == part) {
            let pitch = f32::from(note.pitch.number());
            match before {
                Some((onset, top)) if onset == note.onset => {
                    before = Some((onset, top.max(pitch)));
                }
                Some((_, top)) => {
                    sum += 1.0 - ((pitch - top).abs() / 12.0).min(1.0).powi(2);
                    count += 1.0;
                    before = Some((note.onset, pitch));
                }
                None => before = Some((note.onset, pitch)),
            }
        }
    }
    if count > 0.0 { sum / count } else { 1.0 }
}

/// The share of what either has that both have (Dice's coefficient), where `of` is what counts of a note.
fn agreement<T: Ord>(a: &Music, b: &Music, of: impl Fn(&Note) -> T) -> f32 {
    let set = |music: &Music| {
        let mut all: Vec<T> = music.of_band().map(|note| of(&note)).collect();
        all.sort();
        all.dedup();
        all
    };
    let (a, b) = (set(a), set(b));
    let both = a.iter().filter(|it| b.binary_search(it).is_ok()).count();
    if a.len() + b.len() == 0 { 1.0 } else { 2.0 * both as f32 / (a.len() + b.len()) as f32 }
}
