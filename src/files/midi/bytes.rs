//! The bytes of a MIDI file cut into chunks and events. The decoder behind it is lenient and names no offsets; this walk is
//! strict and does, so that whatever passes it can be decoded.

use super::{Found, Mended, MidiError};

/// A file in pieces.
#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub(super) format: u16,
    pub(super) division: Division,
    pub(super) tracks: Vec<Vec<Piece<'a>>>,
    pub(super) mended: Vec<Mended>,
}

/// What the file counts time in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Division {
    PerQuarter(u16),
    PerSecond(f64),
}

/// One event with its delta time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) bytes: &'a [u8],
    /// The channel status that an event without one of its own stands under.
    pub(super) running: Option<u8>,
}

/// A place in the file, and where the present chunk ends.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

/// Meta events of which the decoder wants a certain number of bytes.
const KEY_SIGNATURE: u8 = 0x59;
const END_OF_TRACK: u8 = 0x2F;

/// Cut `bytes` into pieces.
pub(super) fn lay_out(bytes: &[u8]) -> Result<Layout<'_>, MidiError> {
    let mut cursor = Cursor { bytes, at: 0, end: bytes.len() };
    cursor.tag(b"MThd", "the header `MThd` of a MIDI file")?;
    let length = cursor.number(4, "the header's length")?;
    let body = cursor.at;
    if length < 6 {
        return Err(cursor.fault_at(body - 1, "a header of at least 6 bytes"));
    }
    let format = cursor.number(2, "the format")?;
    if format > 2 {
        return Err(cursor.fault_at(body + 1, "format 0, 1 or 2"));
    }
    let declared = cursor.number(2, "the number of tracks")?;
    let division = cursor.division()?;
    cursor.at = cursor.chunk_end(body, length, "a header")?;

    let mut layout =
        Layout { format: narrow(format), division, tracks: Vec::new(), mended: Vec::new() };
    while layout.tracks.len() < declared as usize || cursor.at_chunk() {
        let start = cursor.at;
        let number = layout.tracks.len() + 1;
        let tag = cursor.take(4, &format!("track {number} of {declared}"))?;
        let length = cursor.number(4, "the chunk's length")?;
        let body = cursor.at;
        let what = if tag == b"MTrk" { format!("track {number}") } else { "a chunk".to_owned() };
        let end = cursor.chunk_end(body, length, &what)?;
        if tag == b"MTrk" {
            let mut track = Cursor { bytes, at: body, end };
            layout.tracks.push(track.events(number - 1, &mut layout.mended)?);
        } else if !tag.iter().all(u8::is_ascii_graphic) {
            return Err(cursor.fault_at(start, &format!("track {number} of {declared}")));
        }
        cursor.at = end;
    }
    if cursor.at < bytes.len() {
        let trailing = Mended::Trailing { offset: cursor.at, bytes: bytes.len() - cursor.at };
        layout.mended.push(trailing);
    }
    Ok(layout)
}

impl<'a> Cursor<'a> {
    fn fault_at(&self, offset: usize, expected: &str) -> MidiError {
        let found = match self.bytes.get(offset) {
            Some(byte) if offset < self.end => Found::Byte(*byte),
            Some(_) => Found::EndOfTrack,
            None => Found::EndOfFile,
        };
        MidiError { offset, expected: expected.to_owned(), found }
    }

    fn take(&mut self, count: usize, expected: &str) -> Result<&'a [u8], MidiError> {
        let left = self.end - self.at;
        if left < count {
            return Err(self.fault_at(self.end, expected));
        }
        let taken = &self.bytes[self.at..self.at + count];
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self, expected: &str) -> Result<u8, MidiError> {
        Ok(self.take(1, expected)?[0])
    }

    fn tag(&mut self, tag: &[u8; 4], expected: &str) -> Result<(), MidiError> {
        for (index, letter) in tag.iter().enumerate() {
            if self.byte(expected)? != *letter {
                return Err(self.fault_at(index, expected));
            }
        }
        Ok(())
    }

    /// A number of `width` bytes, at most four, the highest first.
    fn number(&mut self, width: usize, expected: &str) -> Result<u32, MidiError> {
        let bytes = self.take(width, expected)?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// A number of one to four bytes of seven bits.
    fn variable(&mut self, expected: &str) -> Result<u32, MidiError> {
        let mut number = 0;
        for _ in 0..4 {
            let byte = self.byte(expected)?;
            number = number << 7 | u32::from(byte & 0x7F);
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.fault_at(self.at - 1, &format!("{expected} of at most 4 bytes")))
    }

    fn division(&mut self) -> Result<Division, MidiError> {
        let at = self.at;
        let division = narrow(self.number(2, "the ticks in a quarter note")?);
        let [high, low] = division.to_be_bytes();
        if division & 0x8000 == 0 {
            if division == 0 {
                return Err(self.fault_at(at + 1, "at least one tick in a quarter note"));
            }
            return Ok(Division::PerQuarter(division));
        }
        let frames = match high.wrapping_neg() {
            24 => 24.0,
            25 => 25.0,
            29 => 30.0 / 1.001,
            30 => 30.0,
            _ => return Err(self.fault_at(at, "24, 25, 29 or 30 frames a second")),
        };
        if low == 0 {
            return Err(self.fault_at(at + 1, "at least one tick in a frame"));
        }
        Ok(Division::PerSecond(frames * f64::from(low)))
    }

    fn chunk_end(&self, body: usize, length: u32, what: &str) -> Result<usize, MidiError> {
        let left = self.bytes.len() - body;
        match usize::try_from(length) {
            Ok(length) if length <= left => Ok(body + length),
            _ => Err(MidiError {
                offset: self.bytes.len(),
                expected: format!("{} more bytes of {what}", u64::from(length) - left as u64),
                found: Found::EndOfFile,
            }),
        }
    }

    /// Whether a chunk may begin here, rather than rubbish.
    fn at_chunk(&self) -> bool {
        self.bytes[self.at..].len() >= 8 && self.bytes[self.at..].starts_with(b"MTrk")
    }

    /// The events of a track, up to its end mark.
    fn events(
        &mut self,
        track: usize,
        mended: &mut Vec<Mended>,
    ) -> Result<Vec<Piece<'a>>, MidiError> {
        let mut pieces = Vec::new();
        let mut running = None;
        while self.at < self.end {
            let start = self.at;
            let before = running;
            self.variable("a delta time")?;
            let is_last = self.event(&mut running)?;
            pieces.push(Piece { bytes: &self.bytes[start..self.at], running: before });
            if is_last {
                return Ok(pieces);
            }
        }
        mended.push(Mended::NoEndOfTrack { track });
        Ok(pieces)
    }

    /// Pass one event; whether it is the track's end mark.
    fn event(&mut self, running: &mut Option<u8>) -> Result<bool, MidiError> {
        let at = self.at;
        let first = self.byte("an event")?;
        match first {
            0x00..=0x7F => {
                let Some(status) = *running else {
                    return Err(self.fault_at(at, "an event's status of 0x80 or more"));
                };
                self.at = at;
                self.channel_data(status)?;
            }
            0x80..=0xEF => {
                *running = Some(first);
                self.channel_data(first)?;
            }
            0xFF => {
                *running = None;
                let kind = self.byte("the kind of a meta event")?;
                let length = self.block("a meta event's length", "a meta event")?;
                if kind == KEY_SIGNATURE && length < 2 {
                    return Err(self.fault_at(self.at - length, "two bytes of key signature"));
                }
                return Ok(kind == END_OF_TRACK);
            }
            0xF0 | 0xF7 => {
                *running = None;
                self.block("a system exclusive length", "a system exclusive event")?;
            }
            0xF1..=0xF6 | 0xF8..=0xFE => {
                return Err(self.fault_at(at, "a channel, system exclusive or meta event"));
            }
        }
        Ok(false)
    }

    fn channel_data(&mut self, status: u8) -> Result<(), MidiError> {
        let count = if matches!(status & 0xF0, 0xC0 | 0xD0) { 1 } else { 2 };
        for _ in 0..count {
            if self.byte("a data byte")? >= 0x80 {
                return Err(self.fault_at(self.at - 1, "a data byte below 0x80"));
            }
        }
        Ok(())
    }

    fn block(&mut self, length: &str, what: &str) -> Result<usize, MidiError> {
        let length = self.variable(length)? as usize;
        let left = self.end - self.at;
        if length > left {
            let expected = format!("{} more bytes of {what}", length - left);
            return Err(self.fault_at(self.end, &expected));
        }
        self.at += length;
        Ok(length)
    }
}

/// A number that was read from two bytes.
#[expect(clippy::cast_possible_truncation, reason = "two bytes fit")]
fn narrow(number: u32) -> u16 {
    number as u16
}
