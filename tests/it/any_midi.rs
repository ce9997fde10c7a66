//! MIDI files that nobody would write, played at any sample rate in blocks of any length: what comes out is finite and below full scale, no
//! voice is stuck, and the process path does not allocate.

use antiphon::cli::cues::{cues, family};
use antiphon::engine::audio::renderer::Outputs;
use antiphon::engine::performance::{Cue, CueKind, Performance};
use antiphon::files::midi;
use antiphon::infer::Scripted;
use antiphon::score::{Mix, Seed, Stream, TimbreId};
use nice_assert_no_alloc::assert_no_alloc;

/// How many files an ordinary run plays; `ANTIPHON_MIDI_FILES=1000` plays a thousand.
const FILES: u64 = 16;
/// After the last note-off no voice sounds longer.
const TAIL_SECS: f64 = 10.0;
const LARGEST: usize = 4096;

/// Bytes of a file in the making.
struct Scribe {
    chance: Stream,
    bytes: Vec<u8>,
}

impl Scribe {
    /// 0 to `most - 1`.
    fn pick(&mut self, most: u8) -> u8 {
        u8::try_from(self.number(most.into())).unwrap()
    }

    /// 0 to `most - 1`.
    fn number(&mut self, most: u64) -> u64 {
        self.chance.next_u64() % most
    }

    /// A number in seven bits a byte.
    fn length(&mut self, value: u64) {
        for shift in [21, 14, 7] {
            if value >> shift > 0 {
                self.bytes.push(u8::try_from(value >> shift & 0x7F).unwrap() | 0x80);
            }
        }
        self.bytes.push(u8::try_from(value & 0x7F).unwrap());
    }

    /// Time until an event: mostly none or little, now and then for ever.
    fn wait(&mut self, resolution: u64) {
        let ticks = match self.pick(16) {
            0..=5 => 0,
            6..=13 => self.number(resolution) + 1,
            14 => self.number(resolution * 16),
            _ => self.number(1 << 28),
        };
        self.length(ticks);
    }

    fn message(&mut self, status: u8, bytes: &[u8]) {
        self.bytes.push(status);
        self.bytes.extend_from_slice(bytes);
    }

    fn event(&mut self) {
        let channel = self.pick(16);
        let [one, two] = [self.pick(128), self.pick(128)];
        match self.pick(20) {
            0..=7 => self.message(0x90 | channel, &[one, two]),
            8..=10 => self.message(0x80 | channel, &[one, two]),
            11 | 12 => self.message(0xB0 | channel, &[one, two]),
            13 => {
                let known = [1, 6, 7, 10, 11, 38, 64, 100, 101, 120, 121, 123];
                let controller = known[usize::from(self.pick(12))];
                self.message(0xB0 | channel, &[controller, two]);
            }
            14 => self.message(0xE0 | channel, &[one, two]),
            15 => self.message(0xC0 | channel, &[one]),
            16 => self.message(0xD0 | channel, &[one]),
            17 => {
                // From a thousandth of a millisecond to seventeen seconds a quarter.
                let micros = [1, 1000, 60_000, 500_000, 0x00FF_FFFF][usize::from(self.pick(5))];
                let tempo = u32::to_be_bytes(micros);
                self.message(0xFF, &[0x51, 3, tempo[1], tempo[2], tempo[3]]);
            }
            18 => self.message(0xFF, &[0x58, 4, one, two, 0, 0]),
            _ => self.message(0xF0, &[3, one, two, 0xF7]),
        }
    }

    /// A wheel of two octaves either way, and then turned.
    fn bend(&mut self) {
        let channel = self.pick(16);
        for (controller, value) in [(101, 0), (100, 0), (6, 24)] {
            self.message(0xB0 | channel, &[controller, value]);
            self.length(0);
        }
        let wheel = [self.pick(128), self.pick(128)];
        self.message(0xE0 | channel, &wheel);
    }

    fn track(&mut self, resolution: u64) {
        let begin = self.bytes.len() + 8;
        self.bytes.extend_from_slice(b"MTrk\0\0\0\0");
        for _ in 0..self.number(120) {
            self.wait(resolution);
            match self.pick(40) {
                0 => {
                    for _ in 0..200 {
                        let (channel, key, force) =
                            (self.pick(16), self.pick(128), self.pick(127) + 1);
                        self.message(0x90 | channel, &[key, force]);
                        self.length(0);
                    }
                    self.event();
                }
                1 | 2 => self.bend(),
                _ => self.event(),
            }
        }
        self.length(0);
        self.message(0xFF, &[0x2F, 0]);
        let length = u32::try_from(self.bytes.len() - begin).unwrap();
        self.bytes[begin - 4..begin].copy_from_slice(&length.to_be_bytes());
    }

    /// A file; one in ten with bytes that are wrong.
    fn file(mut self) -> Vec<u8> {
        let tracks = self.pick(8) + 1;
        let format = [0, 1, 1, 2][usize::from(self.pick(4))];
        let resolution = [1_u16, 24, 96, 480, 32_767][usize::from(self.pick(5))];
        // In one file of six time is counted in frames of film.
        let division = if self.pick(6) == 0 { 0xE728 } else { resolution };
        self.bytes.extend_from_slice(b"MThd\0\0\0\x06");
        self.bytes.extend_from_slice(&[0, format, 0, tracks]);
        self.bytes.extend_from_slice(&division.to_be_bytes());
        for _ in 0..tracks {
            self.track(resolution.into());
        }
        if self.pick(10) == 0 {
            for _ in 0..4 {
                let place = usize::try_from(self.number(self.bytes.len() as u64)).unwrap();
                self.bytes[place] = u8::try_from(self.chance.next_u64() & 0xFF).unwrap();
            }
        }
        self.bytes
    }
}

/// What was played of a file.
struct Played {
    notes: usize,
    secs: f64,
    peak: f32,
}

/// Play the beginning of a file and what comes after its last note-off. Nothing if it is refused or has no notes.
fn play(number: u64, muse: &mut Scripted) -> Option<Played> {
    let mut chance = Seed(number).stream(1);
    let song = midi::read(&Scribe { chance: Seed(number).stream(0), bytes: Vec::new() }.file());
    let song = song.ok()?;
    let rates = [22_050, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
    let rate = match chance.next_u64() % 2 {
        0 => rates[usize::try_from(chance.next_u64() % 7).unwrap()],
        _ => 22_050 + u32::try_from(chance.next_u64() % 170_000).unwrap(),
    };
    let block = match chance.next_u64() % 2 {
        0 => 1 + usize::try_from(chance.next_u64() % 64).unwrap(),
        _ => 1 + usize::try_from(chance.next_u64() % LARGEST as u64).unwrap(),
    };
    let timbres: Vec<_> = song.tracks.iter().map(|it| TimbreId::Usual(family(it))).collect();
    let cues = cues(&song, &timbres, muse, f64::from(rate)).unwrap();
    let secs = 0.3 + 3.0 * f64::from(chance.uniform());
    let (cues, end) = beginning(cues, frames(secs, rate));
    let notes = cues.iter().filter(|it| matches!(it.kind, CueKind::On(..))).count();
    if notes == 0 {
        return None;
    }
    let end = end + frames(TAIL_SECS, rate);
    let mut performance = Performance::new(cues, rate as f32);
    let mut channels = vec![vec![0.0_f32; LARGEST]; 10];
    let (mut peak, mut position) = (0.0_f32, 0);
    let mix = Mix::default();
    while position < end {
        let mut slices = channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        assert_no_alloc(|| performance.render(block, &mix, &mut outputs));
        let finite = channels.iter().all(|it| it[..block].iter().all(|it| it.is_finite()));
        assert!(finite, "file {number}: a sample is no number, {rate} Hz, blocks of {block}");
        let loudest =
            |it: &Vec<f32>| it[..block].iter().fold(0.0_f32, |most, it| most.max(it.abs()));
        peak = channels[..2].iter().map(loudest).fold(peak, f32::max);
        position += block;
    }
    assert!(peak < 1.0, "file {number}: {peak}, {rate} Hz, blocks of {block}");
    assert_eq!(performance.voices(), 0, "file {number}: stuck, {rate} Hz, blocks of {block}");
    Some(Played { notes, secs: position as f64 / f64::from(rate), peak })
}

/// The cues before `frame`, with the ends of notes that sound on then; and when the last note ends.
fn beginning(mut cues: Vec<Cue>, frame: usize) -> (Vec<Cue>, usize) {
    cues.retain(|it| it.frame < frame);
    let ends: Vec<_> = cues
        .iter()
        .filter_map(|it| match &it.kind {
            CueKind::On(pitch, _) => Some(Cue { frame, kind: CueKind::Off(*pitch), ..it.clone() }),
            _ => None,
        })
        .collect();
    let last = if ends.is_empty() { 0 } else { frame };
    cues.extend(ends);
    (cues, last)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds")]
fn frames(secs: f64, rate: u32) -> usize {
    (secs * f64::from(rate)) as usize
}

#[test]
#[expect(clippy::print_stderr, reason = "how much was played is told where it is asked for")]
fn any_midi_file_is_played_and_ends() {
    let asked = std::env::var("ANTIPHON_MIDI_FILES").ok().and_then(|it| it.parse().ok());
    let files = asked.unwrap_or(FILES);
    let mut muse = Scripted::new();
    let played: Vec<Played> = (0..files).filter_map(|number| play(number, &mut muse)).collect();
    let notes: usize = played.iter().map(|it| it.notes).sum();
    let secs: f64 = played.iter().map(|it| it.secs).sum();
    let peak = played.iter().map(|it| it.peak).fold(0.0, f32::max);
    let count = played.len();
    eprintln!("{count} of {files} files played: {notes} notes, {secs:.0} s, peak {peak:.4}");
    assert!(count as u64 * 10 > files * 7 && notes > 20 * count, "too little was played");
}
