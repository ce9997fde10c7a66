//! FLAC files read back by a decoder that others wrote.

use std::io::Cursor;

use super::*;
use crate::score::Seed;

/// Rate, bits, number of frames as the head has it, and the samples of a file.
fn read(file: Vec<u8>) -> (u32, u32, Option<u64>, Vec<i32>) {
    let mut reader = claxon::FlacReader::new(Cursor::new(file)).unwrap();
    let info = reader.streaminfo();
    let samples = reader.samples().map(Result::unwrap).collect();
    (info.sample_rate, info.bits_per_sample, info.samples, samples)
}

fn written(channels: [&[f32]; 2], rate: u32, depth: Depth) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write(&mut out, channels, rate, depth).unwrap();
    out.into_inner()
}

fn tones(frames: usize) -> [Vec<f32>; 2] {
    let tone = |step: f32| (0..frames).map(|it| 0.7 * (it as f32 * step).sin()).collect();
    [tone(0.05), tone(0.0731)]
}

#[test]
fn what_is_read_is_what_a_wav_file_has() {
    for depth in [Depth::Bits16, Depth::Bits24] {
        for (frames, rate) in [(1, 8000), (100, 44_100), (BLOCK, 48_000), (3 * BLOCK + 17, 96_000)]
        {
            let [left, mut right] = tones(frames);
            right[0] = 2.0;
            let mut out = Cursor::new(Vec::new());
            write(&mut out, [&left, &right], rate, depth).unwrap();
            let mut reader = claxon::FlacReader::new(Cursor::new(out.into_inner())).unwrap();
            let info = reader.streaminfo();
            assert_eq!((info.channels, info.sample_rate), (2, rate));
            assert_eq!(info.bits_per_sample, u32::from(depth.bits()));
            assert_eq!(info.samples, Some(frames as u64));
            let read: Vec<i32> = reader.samples().map(Result::unwrap).collect();
            let expected: Vec<i32> = wav::whole([&left, &right], depth).collect();
            assert!(read == expected, "{depth:?}, {frames} frames");
        }
    }
}

#[test]
fn it_is_smaller_than_a_wav_file() {
    let [left, right] = tones(48_000);
    let mut out = Cursor::new(Vec::new());
    write(&mut out, [&left, &right], 48_000, Depth::Bits24).unwrap();
    let share = out.into_inner().len() as f64 / (48_000.0 * 6.0);
    assert!(share < 0.7, "{share}");
}

#[test]
fn what_the_format_lacks_is_refused() {
    let refused = |rate, depth| {
        let silence: [f32; 4] = [0.0; 4];
        write(Cursor::new(Vec::new()), [&silence, &silence], rate, depth).unwrap_err()
    };
    assert!(matches!(refused(48_000, Depth::Float32), FlacError::Floats));
    assert!(matches!(refused(192_000, Depth::Bits24), FlacError::Rate(192_000)));
}

#[test]
fn rates_of_any_kind_are_read_back() {
    let [left, right] = tones(BLOCK + 5);
    for rate in [8_001, 11_025, 22_050, 32_000, 37_800, 65_537, 70_001, 88_200, 96_000] {
        let (found, _, samples, _) = read(written([&left, &right], rate, Depth::Bits16));
        assert_eq!((found, samples), (rate, Some(BLOCK as u64 + 5)));
    }
}

#[test]
fn the_loudest_sounds_are_read_back() {
    let mut stream = Seed(1).stream(0);
    let noise: Vec<f32> = (0..2 * BLOCK).map(|_| 4.0 * stream.uniform() - 2.0).collect();
    let edges: Vec<f32> = (0..2 * BLOCK).map(|it| if it % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let turned: Vec<f32> = edges.iter().map(|it| -it).collect();
    let silence = vec![0.0; 2 * BLOCK];
    let pairs = [[&noise, &edges], [&edges, &turned], [&noise, &silence], [&silence, &silence]];
    for depth in [Depth::Bits16, Depth::Bits24] {
        for [left, right] in pairs {
            let (.., samples) = read(written([left, right], 48_000, depth));
            assert!(samples.into_iter().eq(wav::whole([left, right], depth)), "{depth:?}");
        }
    }
}

#[test]
fn a_file_without_a_sample_says_no_sizes() {
    let bytes = written([&[], &[]], 48_000, Depth::Bits24);
    // `fLaC`, the block's head, and the sizes of blocks; then those of frames, of which 0 is unknown (RFC 9639, 8.2).
    assert_eq!(bytes.len(), 42);
    assert_eq!(bytes[8..12], [16, 0, 16, 0]);
    assert_eq!(bytes[12..18], [0; 6]);
    assert_eq!(read(bytes), (48_000, 24, None, Vec::new()));
}

/// A disk with room for so many bytes.
struct FullDisk(usize);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for FullDisk {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let [left, right] = tones(3 * BLOCK);
    for room in [0, 41, 42, 10_000] {
        let error = write(FullDisk(room), [&left, &right], 48_000, Depth::Bits24).unwrap_err();
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::StorageFull, "{room} bytes");
    }
}
