//! Windows composed anew until they begin: from the chain as it was before the window's cutoff, with what has happened since.
//!
//! A window that is composed anew comes out as if its cutoff had been at the revision, and a take says no more than that. The random stream is the same, so
//! that only what depends on the change is changed.

use super::Composer;
use super::chain::Chain;
use super::drawing::Composed;
use super::tape;
use crate::engine::link::{Figures, FromAudio, FromComposer};
use crate::infer::ComposeError;
use crate::music::planner::Window;
use crate::score::Settings;

/// The newest window that was composed, until the next cutoff.
#[derive(Debug)]
pub(super) struct Draft {
    window: Window,
    composed: Composed,
    /// Before the window's cutoff; once it is composed anew, after it was composed the first time.
    chain: Chain,
    figures: Figures,
    version: Version,
    /// What has happened to the present chain and not to this one.
    since: Vec<FromAudio>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    First,
    Second,
}

impl Draft {
    fn is_of(&self, window: Window) -> bool {
        self.window.is_version_of(&window)
    }

    /// Another memory: nothing of it has been judged.
    pub(super) fn forget_gain(&mut self) {
        self.figures.forget_gain();
    }

    /// What the present chain has handed out of its memory is not to be handed out again.
    pub(super) fn hand_out_like(&mut self, chain: &Chain) {
        self.chain.hand_out_like(chain);
    }
}

impl Composer {
    /// The cutoff of `window` has passed.
    pub(super) fn compose(
        &mut self,
        window: Window,
        settings: Settings,
    ) -> Result<(), ComposeError> {
        self.draft = None;
        let will_be_revised = |it: &FromAudio| matches!(it, FromAudio::Revision { window: revised, .. } if revised.is_version_of(&window));
        if self.inbox.iter().any(will_be_revised) {
            return Ok(()); // it is composed once, when that is acted on
        }
        let Some(chain) = self.chain.as_ref().filter(|it| it.id() == window.chain) else {
            return Ok(());
        };
        let before = window.revision().map(|_| (chain.clone(), self.links.gauges.figures()));
        let composed = self.draw(window, settings)?;
        self.draft = before.zip(composed).map(|((chain, figures), composed)| Draft {
            window,
            composed,
            chain,
            figures,
            version: Version::First,
            since: Vec::new(),
        });
        Ok(())
    }

    /// Something that `window` depends on has changed since its cutoff: compose it anew.
    pub(super) fn revise(
        &mut self,
        window: Window,
        settings: Settings,
    ) -> Result<(), ComposeError> {
        let stands = |it: &FromAudio| matches!(it, FromAudio::Stood { window: stood } if stood.is_version_of(&window));
        if self.inbox.iter().any(stands) {
            return Ok(()); // it has begun
        }
        let draft = self.draft.as_mut().filter(|it| it.is_of(window));
        if let (Some(draft), Some(chain)) = (draft, self.chain.as_mut()) {
            std::mem::swap(&mut draft.chain, chain);
            let figures = std::mem::replace(&mut draft.figures, self.links.gauges.figures());
            draft.version = Version::Second;
            chain.know(&draft.chain);
            for message in draft.since.drain(..) {
                chain.take_in(&message); // main has been told
            }
            self.links.gauges.set_figures(figures);
            self.tell(FromComposer::Rested { from: window.begin, to: window.end });
        }
        self.draw(window, settings).map(|_| ())
    }

    /// The second version of `window` was late, and the first sounds: go back to it.
    pub(super) fn stand(&mut self, window: Window) {
        let is_second = |it: &mut Draft| it.is_of(window) && it.version == Version::Second;
        let Some(draft) = self.draft.take_if(is_second) else { return };
        let mut chain = draft.chain;
        for message in &draft.since {
            chain.take_in(message);
        }
        self.chain = Some(chain);
        self.begin_foresight();
        self.links.gauges.set_figures(draft.figures);
        self.links.recording().commit(window, tape::committed(&draft.composed));
        self.tell(FromComposer::Rested { from: window.begin, to: window.end });
        draft.composed.told().for_each(|it| self.tell(it));
    }

    /// Something has happened that is no cutoff.
    pub(super) fn hear(&mut self, message: FromAudio) {
        let played = match message {
            FromAudio::NoteOn { onset: at, pitch, .. } => {
                self.compare(at, pitch);
                Some(at)
            }
            FromAudio::NoteOff { end: at, .. } => Some(at),
            _ => None,
        };
        let told = self.chain.as_mut().map(|chain| chain.take_in(&message));
        if let Some(draft) = &mut self.draft {
            draft.since.push(message);
        }
        told.into_iter().flatten().for_each(|it| self.tell(it));
        if let Some(now) = played {
            self.show_harmony(now);
        }
    }

    /// Compose and commit `window` after the present chain, unless it has begun already; then only what it missed is heard.
    fn draw(
        &mut self,
        window: Window,
        settings: Settings,
    ) -> Result<Option<Composed>, ComposeError> {
        let Some(chain) = self.chain.as_mut().filter(|it| it.id() == window.chain) else {
            return Ok(None);
        };
        if self.inbox.iter().any(|it| is_rest_of(it, window)) {
            return chain.pass_over(self.muse.as_mut(), window, settings).map(|()| None);
        }
        let asked = self.joining;
        let line = self.joining.line(window);
        if let Some(tick) = line.filter(|_| self.joining != asked) {
            self.links.from_composer.force_push(FromComposer::Joined { tick });
        }
        // What has a place in the song of its own takes the place of what played before at once.
        let waits = line.is_some_and(|line| window.begin < line)
            && self.playback.as_ref().is_some_and(|it| it.is_placed_by_start());
        let given = match (&self.left, &self.playback) {
            (Some((left, joined)), _) if waits => chain.given(left, window, *joined),
            (_, Some(playback)) => chain.given(playback, window, line),
            _ => None,
        };
        let composed = chain.compose(self.muse.as_mut(), window, settings, given)?;
        self.commit(window, &composed, &settings)?;
        if window.index > 0 {
            // The first window may wait for the transport, and what was heard before stays in view meanwhile.
            self.show_harmony(window.cutoff);
            self.openings.foresee(&settings, window.bar);
        }
        self.want_grids(&settings, &composed);
        self.begin_foresight();
        Ok(Some(composed))
    }
}

/// Whether `message` says that `window` passes in silence, so that composing it is of no use.
fn is_rest_of(message: &FromAudio, window: Window) -> bool {
    matches!(
        message,
        FromAudio::Rested { window: rested, from, until }
            if rested.is_version_of(&window) && *from <= window.begin && *until >= window.end
    )
}
