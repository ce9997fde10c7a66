//! What sounds, on its way to whoever looks at it.

use std::sync::atomic::Ordering;

use crate::engine::link::{Links, Snippet};

/// Gathers the mix into snippets and sends them while somebody looks; else it costs the reading of one flag a block.
#[derive(Debug)]
pub(super) struct Tap {
    snippet: Snippet,
    filled: usize,
}

impl Tap {
    pub(super) fn new() -> Self {
        Self { snippet: [0.0; _], filled: 0 }
    }

    /// Take the first `frames` frames of both channels. Real-time safe.
    pub(super) fn send(&mut self, links: &Links, [left, right]: &[&mut [f32]; 2], frames: usize) {
        if !links.gauges.listening.load(Ordering::Relaxed) {
            self.filled = 0;
            return;
        }
        for (left, right) in left[..frames].iter().zip(&right[..frames]) {
            self.snippet[self.filled] = 0.5 * (left + right);
            self.filled += 1;
            if self.filled == self.snippet.len() {
                links.sound.force_push(self.snippet);
                self.filled = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::Tap;
    use crate::engine::link::Links;

    #[test]
    fn frames_come_out_in_order_while_somebody_looks() {
        let (links, mut tap) = (Links::new(), Tap::new());
        let mut number = 0.0;
        let mut play = |tap: &mut Tap, frames: usize| {
            let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
            for (left, right) in left.iter_mut().zip(&mut right) {
                (*left, *right) = (number - 1.0, number + 1.0);
                number += 1.0;
            }
            tap.send(&links, &[&mut left, &mut right], frames);
        };
        play(&mut tap, 200);
        assert!(links.sound.is_empty());
        links.gauges.listening.store(true, Ordering::Relaxed);
        for frames in [1, 63, 64, 128, 7] {
            play(&mut tap, frames);
        }
        let heard: Vec<f32> = std::iter::from_fn(|| links.sound.pop()).flatten().collect();
        assert_eq!(heard.len(), 256);
        assert!(heard.iter().zip(200u16..).all(|(it, number)| *it == f32::from(number)));
        // Nobody reads: the newest stay.
        play(&mut tap, 2 * 64 * links.sound.capacity());
        assert_eq!(links.sound.len(), links.sound.capacity());
    }
}
