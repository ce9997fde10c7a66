//! FLAC files read back by a decoder that others wrote.

use std::io::Cursor;

use super::*;

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
