//! Listens to what sounds, while somebody looks at it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::engine::link::Links;
use crate::gui::SoundView;
use crate::music::spectrum::{Analyzer, Spectrum};

/// Hosts call at least so often.
const LONGEST_BLOCK: Duration = Duration::from_millis(400);

/// What works the picture out; nothing while nobody looks.
#[derive(Debug, Default)]
pub(super) struct Ear {
    analyzer: Option<Analyzer>,
    sample_rate: f32,
    /// When frames came last, and when somebody looked last.
    heard: Option<Instant>,
    looked: Option<Instant>,
}

impl Ear {
    /// Take in what has sounded since the last frame. Where nobody looks the audio side is told so, and sends nothing.
    pub(super) fn listen(&mut self, links: Option<&Arc<Links>>, is_looking: bool) -> SoundView {
        let Some(links) = links else { return SoundView::default() };
        links.gauges.listening.store(is_looking, Ordering::Relaxed);
        if !is_looking {
            *self = Self::default();
            while links.sound.pop().is_some() {}
            return SoundView::default();
        }
        let sample_rate = links.gauges.sample_rate.load(Ordering::Relaxed);
        if sample_rate <= 0.0 {
            return SoundView::default();
        }
        if self.sample_rate != sample_rate {
            *self = Self { sample_rate, ..Self::default() };
        }
        let analyzer = self.analyzer.get_or_insert_with(|| Analyzer::new(sample_rate));
        let now = Instant::now();
        // No more than there was room for: the audio side goes on filling.
        for snippet in std::iter::from_fn(|| links.sound.pop()).take(links.sound.capacity()) {
            analyzer.hear(&snippet);
            self.heard = Some(now);
        }
        let before = self.looked.replace(now).unwrap_or(now);
        if self.heard.is_none_or(|it| now.duration_since(it) > LONGEST_BLOCK) {
            // A host that has stopped calling lets what is shown fall all the same.
            analyzer.wait(now.duration_since(before).as_secs_f32());
        }
        let Spectrum { classes, strikes } = analyzer.spectrum();
        SoundView { classes, strikes }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::Ear;
    use crate::engine::link::Links;
    use crate::gui::SoundView;

    #[test]
    fn what_sounds_is_seen_while_somebody_looks_and_not_else() {
        let (links, mut ear) = (Links::new(), Ear::default());
        links.gauges.sample_rate.store(48_000.0, Ordering::Relaxed);
        let mut frame = 0.0_f32;
        let mut sound = || {
            for _ in 0..500 {
                let snippet = std::array::from_fn(|_| {
                    frame += 1.0;
                    0.3 * (std::f32::consts::TAU * (440.0 * frame / 48_000.0).fract()).sin()
                });
                links.sound.force_push(snippet);
            }
        };
        sound();
        assert_eq!(ear.listen(Some(&links), false), SoundView::default());
        assert!(links.sound.is_empty() && !links.gauges.listening.load(Ordering::Relaxed));
        ear.listen(Some(&links), true);
        assert!(links.gauges.listening.load(Ordering::Relaxed));
        sound();
        let seen = ear.listen(Some(&links), true);
        assert!(seen.classes[9] > 0.6 && seen.classes[8] < 0.05, "{seen:?}");
        assert_eq!(ear.listen(None, true), SoundView::default());
    }
}
