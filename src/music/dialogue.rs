//! Whose turn it is, for the parts that answer: they listen while the player plays and reply when her phrase has ended.
//!
//! A pure state machine. It is told what the player does and asked once for each window, in order; what it says depends on nothing but what
//! happened before the window's cutoff.

#[cfg(test)]
mod tests;

use super::planner::{BarLine, Window};
use crate::score::{Tick, Ticks, Trade};

/// Longest reply to a phrase, in bars; a longer phrase gets no longer a reply.
const LONGEST_REPLY: i64 = 8;

/// The player's phrase and the band's reply.
#[derive(Clone, Debug)]
pub struct Dialogue {
    /// The bar that the player's first turn begins with.
    origin: BarLine,
    /// What the player has played since the band's last reply began.
    phrase: Option<Phrase>,
    reply: Option<Reply>,
}

#[derive(Clone, Copy, Debug)]
struct Phrase {
    begin: Tick,
    /// The newest onset, or the newest end of a note.
    end: Tick,
}

#[derive(Clone, Copy, Debug)]
struct Reply {
    begin: Tick,
    end: Tick,
}

/// What parts that answer do in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// They are silent.
    Listen,
    /// They play until `end`, which may lie in a later window.
    Reply { opening: Opening, end: Tick },
}

/// Whether a reply begins with the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    Begins,
    GoesOn,
}

impl Dialogue {
    /// The player's turn comes first, from the bar `origin`.
    pub fn new(origin: BarLine) -> Self {
        Self { origin, phrase: None, reply: None }
    }

    /// Move all that was said by `by`: the transport has jumped, and the music goes on.
    pub fn shift(&mut self, by: Ticks) {
        self.origin.start += by;
        if let Some(phrase) = &mut self.phrase {
            (phrase.begin, phrase.end) = (phrase.begin + by, phrase.end + by);
        }
        if let Some(reply) = &mut self.reply {
            (reply.begin, reply.end) = (reply.begin + by, reply.end + by);
        }
    }

    /// The player strikes a key.
    pub fn hear_on(&mut self, onset: Tick) {
        let phrase = self.phrase.get_or_insert(Phrase { begin: onset, end: onset });
        phrase.end = phrase.end.max(onset);
    }

    /// The player lets a key go.
    pub fn hear_off(&mut self, end: Tick) {
        if let Some(phrase) = &mut self.phrase {
            phrase.end = phrase.end.max(end);
        }
    }

    /// What parts that answer do in `window`, whose cutoff has come; `keys_down` keys are held then.
    pub fn turn(&mut self, window: &Window, trade: Trade, keys_down: usize) -> Turn {
        let opening = match trade.bars() {
            Some(bars) => self.trade_bars(window, bars),
            None => self.trade_phrases(window, keys_down),
        };
        match self.reply {
            Some(reply) if window.begin < reply.end => Turn::Reply { opening, end: reply.end },
            _ => Turn::Listen,
        }
    }

    /// Turns of `bars` bars: the player's, then the band's if there is something to answer.
    fn trade_bars(&mut self, window: &Window, bars: i64) -> Opening {
        let bar = window.bar.meter.bar();
        let number = (window.bar.start - self.origin.start).0.div_euclid(bar.0);
        let into_turn = number.rem_euclid(bars);
        if number.div_euclid(bars).rem_euclid(2) == 0 {
            self.reply = None;
            return Opening::GoesOn;
        }
        let begin = window.bar.start - bar * into_turn;
        if self.reply.is_none_or(|it| it.begin != begin) {
            self.reply = None;
            if self.phrase.take_if(|it| it.begin < begin).is_some() {
                self.reply = Some(Reply { begin, end: begin + bar * bars });
                return Opening::Begins;
            }
        }
        Opening::GoesOn
    }

    /// A reply after a beat of silence, about as long as the phrase, until the player plays again.
    fn trade_phrases(&mut self, window: &Window, keys_down: usize) -> Opening {
        if self.reply.is_some_and(|it| window.begin >= it.end) {
            self.reply = None;
        }
        let Some(phrase) = self.phrase else { return Opening::GoesOn };
        self.reply = None; // she has the word
        if keys_down > 0 || window.begin - phrase.end < window.bar.meter.beat() {
            return Opening::GoesOn;
        }
        self.phrase = None;
        let bar = window.bar.meter.bar();
        let bars = ((phrase.end - phrase.begin).0 + bar.0 / 2) / bar.0;
        let length = bar * bars.clamp(1, LONGEST_REPLY);
        let line = window.bar.around(window.begin + length + Ticks(bar.0 / 2)).start;
        self.reply = Some(Reply { begin: window.begin, end: line });
        Opening::Begins
    }
}
