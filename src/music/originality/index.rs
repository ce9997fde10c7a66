//! The fingerprints of a corpus in a few bytes each.

use std::borrow::Cow;

use super::RUN;

const MAGIC: &[u8; 8] = b"AntOrig1";
const HEADER: usize = 40;
const SPREAD: u64 = 0xD134_2543_DE82_EF95;
/// Words of the unary part, and remainders, between two entries of what is counted when an index is opened.
const BLOCK: usize = 8;
const REMAINDERS: usize = 256;

/// Why a file is no index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    #[error("it does not begin as an originality index does")]
    Magic,
    #[error("{field} is {found}, and not {wanted}")]
    Field { field: &'static str, found: u64, wanted: &'static str },
    #[error("it has {found} bytes, and its header tells of {wanted}")]
    Length { found: usize, wanted: u64 },
    #[error("its {0} do not belong together")]
    Broken(&'static str),
}

/// All runs of `RUN` notes of a pack's training pieces. Looking one up takes some tens of nanoseconds and allocates nothing.
pub struct CorpusIndex {
    bytes: Cow<'static, [u8]>,
    bits: u32,
    every: u8,
    /// Where the parts begin: remainders, numbers of pieces.
    remainders: usize,
    pieces: usize,
    count: usize,
    /// Fingerprints before each block of the unary part.
    ranks: Vec<u32>,
    /// Named remainders before each block of them.
    named: Vec<u32>,
    /// Where each name is among the bytes.
    names: Vec<(usize, usize)>,
}

impl CorpusIndex {
    /// Open an index, in about ten milliseconds for ten megabytes.
    ///
    /// # Errors
    /// If the bytes are anything but a whole index of this version.
    pub fn parse(bytes: Cow<'static, [u8]>) -> Result<Self, IndexError> {
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            return Err(IndexError::Magic);
        }
        let word = |at: usize| u64::from(u32::from_le_bytes(array(&bytes, at)));
        let long = |at: usize| u64::from_le_bytes(array(&bytes, at));
        let [notes, bits, every, pieces] = [8, 12, 16, 20].map(word);
        let [count, text] = [24, 32].map(long);
        let check = |good: bool, field, found, wanted| {
            if good { Ok(()) } else { Err(IndexError::Field { field, found, wanted }) }
        };
        check(notes == RUN as u64, "the length of a run", notes, "8")?;
        check((8..=28).contains(&bits), "the number of bits", bits, "8 to 28")?;
        check((1..=255).contains(&every), "how often a piece is named", every, "1 to 255")?;
        check(pieces <= 1 << 16, "the number of pieces", pieces, "65536 or less")?;
        check(count < 1 << 30, "the number of fingerprints", count, "below 2^30")?;
        check(text < 1 << 30, "the length of the names", text, "below 2^30")?;
        let words = (count + (1 << bits)).div_ceil(64);
        let least = HEADER as u64 + words * 8 + count + text;
        let found = bytes.len();
        let short = || IndexError::Length { found, wanted: least };
        let [words, count, text] =
            [words, count, text].map(|it| usize::try_from(it).unwrap_or(usize::MAX));
        if (found as u64) < least {
            return Err(short());
        }
        let remainders = HEADER + words * 8;
        let pieces_at = remainders + count;
        let own = &bytes[remainders..pieces_at];
        let every = u8::try_from(every).unwrap_or(u8::MAX);
        let named = counts(own.chunks(REMAINDERS).map(|block| named_in(block, every)));
        let all_named = named.last().map_or(0, |it| *it as usize);
        let text_at = pieces_at + 2 * all_named;
        if found != text_at + text {
            return Err(IndexError::Length { found, wanted: (text_at + text) as u64 });
        }
        let unary = &bytes[HEADER..remainders];
        let ranks = counts(unary.chunks(8 * BLOCK).map(ones));
        if ranks.last().map(|it| *it as usize) != Some(count) {
            return Err(IndexError::Broken("buckets and fingerprints"));
        }
        let names = lines(&bytes, text_at);
        let far = bytes[pieces_at..text_at]
            .chunks(2)
            .any(|it| u64::from(u16::from_le_bytes([it[0], it[1]])) >= pieces);
        if names.len() as u64 != pieces || far || std::str::from_utf8(&bytes[text_at..]).is_err() {
            return Err(IndexError::Broken("pieces and names"));
        }
        let bits = u32::try_from(bits).unwrap_or(8);
        Ok(Self { bits, every, remainders, pieces: pieces_at, count, ranks, named, names, bytes })
    }

    /// Whether a run with this fingerprint is in the corpus.
    pub fn knows(&self, fingerprint: u64) -> bool {
        self.find(fingerprint).is_some()
    }

    /// The piece that has the run first, for about one known run in six; a number that `name` takes.
    pub fn piece(&self, fingerprint: u64) -> Option<u16> {
        let at = self.find(fingerprint)?;
        let own = &self.bytes[self.remainders..self.remainders + self.count];
        if !own[at].is_multiple_of(self.every) {
            return None;
        }
        let block = at / REMAINDERS;
        let before = self.named[block] as usize
            + named_in(&own[block * REMAINDERS..at], self.every) as usize;
        Some(u16::from_le_bytes(array(&self.bytes, self.pieces + 2 * before)))
    }

    /// The name of a piece, as the corpus has it; empty for a number that `piece` does not give.
    pub fn name(&self, piece: u16) -> &str {
        let Some((from, to)) = self.names.get(usize::from(piece)) else { return "" };
        std::str::from_utf8(&self.bytes[*from..*to]).unwrap_or_default()
    }

    /// Different runs in the corpus.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no run at all.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Pieces of the corpus.
    pub fn pieces(&self) -> usize {
        self.names.len()
    }

    /// Place of the fingerprint among the remainders.
    fn find(&self, fingerprint: u64) -> Option<usize> {
        let spread = fingerprint.wrapping_mul(SPREAD);
        let bucket = spread >> (64 - self.bits);
        let remainder = (spread >> (56 - self.bits)).to_le_bytes()[0];
        // The bucket begins behind the zero that ends the one before it.
        let begin = match bucket {
            0 => 0,
            _ => self.select_zero(bucket - 1)? + 1,
        };
        let first = begin - usize::try_from(bucket).ok()?;
        let own = &self.bytes[self.remainders..self.remainders + self.count];
        let mut at = 0;
        while self.bit(begin + at) {
            let known = *own.get(first + at)?;
            if known == remainder {
                return Some(first + at);
            }
            if known > remainder {
                return None;
            }
            at += 1;
        }
        None
    }

    fn word(&self, word: usize) -> u64 {
        let at = HEADER + 8 * word;
        if at + 8 > self.remainders { 0 } else { u64::from_le_bytes(array(&self.bytes, at)) }
    }

    fn bit(&self, at: usize) -> bool {
        self.word(at / 64) >> (at % 64) & 1 == 1
    }

    /// Place of the zero with so many zeros before it.
    fn select_zero(&self, zeros: u64) -> Option<usize> {
        let zeros = usize::try_from(zeros).ok()?;
        let before = |block: usize| block * BLOCK * 64 - self.ranks[block] as usize;
        // The last block with no more zeros before it.
        let (mut low, mut high) = (0, self.ranks.len() - 1);
        while low + 1 < high {
            let middle = usize::midpoint(low, high);
            if before(middle) <= zeros { low = middle } else { high = middle }
        }
        let mut left = zeros - before(low);
        for word in low * BLOCK..(low + 1) * BLOCK {
            let free = !self.word(word);
            let here = free.count_ones() as usize;
            if left < here {
                return Some(word * 64 + nth_one(free, left));
            }
            left -= here;
        }
        None
    }
}

impl std::fmt::Debug for CorpusIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CorpusIndex")
            .field("runs", &self.count)
            .field("pieces", &self.names.len())
            .finish_non_exhaustive()
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}

/// Sums before each, and all of them.
fn counts(parts: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut sums = vec![0];
    let mut sum = 0;
    sums.extend(parts.map(|part| {
        sum += part;
        sum
    }));
    sums
}

fn named_in(remainders: &[u8], every: u8) -> u32 {
    remainders.iter().map(|it| u32::from(*it % every == 0)).sum()
}

fn ones(bytes: &[u8]) -> u32 {
    bytes.iter().map(|it| it.count_ones()).sum()
}

fn nth_one(mut word: u64, n: usize) -> usize {
    for _ in 0..n {
        word &= word - 1;
    }
    word.trailing_zeros() as usize
}

/// Begin and end of each line from `at` on.
fn lines(bytes: &[u8], at: usize) -> Vec<(usize, usize)> {
    let mut begin = at;
    let ends = (at..bytes.len()).filter(|place| bytes[*place] == b'\n');
    ends.map(|end| (std::mem::replace(&mut begin, end + 1), end)).collect()
}
