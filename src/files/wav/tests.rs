//! WAV files read back, and disks that fill up.

use std::io::{self, Cursor, ErrorKind, SeekFrom};

use super::*;

fn written(channels: [&[f32]; 2], depth: Depth) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    write(&mut out, channels, 48_000, depth).unwrap();
    out.into_inner()
}

#[test]
fn every_depth_is_read_back() {
    let left = [0.0, 0.5, -0.5, 1.0, -1.0, 2.0, f32::NAN];
    let right = [1.0 / 3.0, -0.25, 0.0, 1e-6, 0.9, -2.0, 0.0];
    for (depth, step) in [(Depth::Bits16, 1.6 / 32_767.0), (Depth::Bits24, 1.6 / 8_388_607.0)] {
        let bytes = written([&left, &right], depth);
        let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate), (2, 48_000));
        assert_eq!(spec.bits_per_sample, depth.bits());
        let scale = f32::from(2_u16).powi(i32::from(depth.bits()) - 1) - 1.0;
        let read: Vec<f32> = reader.samples::<i32>().map(|it| it.unwrap() as f32 / scale).collect();
        for (index, sample) in left.iter().zip(&right).flat_map(|it| [it.0, it.1]).enumerate() {
            let expected = if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) };
            assert!((read[index] - expected).abs() <= step, "{depth:?}: {sample} {}", read[index]);
        }
    }
    let bytes = written([&left[..6], &right[..6]], Depth::Float32);
    let mut reader = hound::WavReader::new(Cursor::new(bytes)).unwrap();
    let read: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
    let expected: Vec<f32> =
        left.iter().zip(&right).take(6).flat_map(|it| [*it.0, *it.1]).collect();
    assert_eq!(read, expected);
}

#[test]
fn the_same_samples_make_the_same_bytes() {
    let noise: Vec<f32> = (0..1000).map(|it| (it as f32).sin()).collect();
    for depth in [Depth::Bits16, Depth::Bits24, Depth::Float32] {
        assert_eq!(written([&noise, &noise], depth), written([&noise, &noise], depth));
    }
}

/// What rounding adds to a soft tone, in steps.
fn errors(depth: Depth) -> Vec<f64> {
    const FRAMES: usize = 1 << 15;
    let scale = depth.scale().unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "samples are floats")]
    let tone: Vec<f32> =
        (0..FRAMES).map(|it| (1.3 / scale * (it as f64 * 0.031).sin()) as f32).collect();
    let stored = whole([&tone, &tone], depth).step_by(2);
    stored.zip(&tone).map(|(stored, tone)| f64::from(stored) - f64::from(*tone) * scale).collect()
}

#[test]
fn rounding_leaves_even_noise_that_knows_nothing_of_the_sound() {
    for depth in [Depth::Bits16, Depth::Bits24] {
        let errors = errors(depth);
        let count = errors.len() as f64;
        let mean = errors.iter().sum::<f64>() / count;
        let power = errors.iter().map(|it| it * it).sum::<f64>() / count;
        // A twelfth of rounding and two of the dither.
        assert!(mean.abs() < 0.01, "{depth:?}: {mean}");
        assert!((power / 0.25 - 1.0).abs() < 0.03, "{depth:?}: {power}");
        // Neither the error nor its power follows the tone or its harmonics.
        for harmonic in 1..=9 {
            for squared in [false, true] {
                let (mut re, mut im) = (0.0, 0.0);
                for (at, error) in errors.iter().enumerate() {
                    let value = if squared { error * error - power } else { *error };
                    let (sin, cos) = (at as f64 * 0.031 * f64::from(harmonic)).sin_cos();
                    re += value * cos;
                    im += value * sin;
                }
                let share = 2.0 * re.hypot(im) / count;
                assert!(share < 0.02, "{depth:?}, harmonic {harmonic}: {share}");
            }
        }
        let bands = spectrum(&errors, 16);
        let even = bands.iter().sum::<f64>() / bands.len() as f64;
        for (band, power) in bands.iter().enumerate() {
            assert!((power / even - 1.0).abs() < 0.1, "{depth:?}, band {band}: {power} {even}");
        }
    }
}

/// Power in bands of equal width, from nothing to half the sample rate.
fn spectrum(samples: &[f64], bands: usize) -> Vec<f64> {
    let transform = realfft::RealFftPlanner::<f64>::new().plan_fft_forward(samples.len());
    let mut spectrum = transform.make_output_vec();
    transform.process(&mut samples.to_vec(), &mut spectrum).unwrap();
    let width = samples.len() / 2 / bands;
    spectrum[1..].chunks_exact(width).map(|it| it.iter().map(|it| it.norm_sqr()).sum()).collect()
}

#[test]
fn the_two_sides_are_dithered_each_for_itself() {
    let silence = [0.0_f32; 1 << 14];
    let stored: Vec<i32> = whole([&silence, &silence], Depth::Bits24).collect();
    let sides = stored.as_chunks::<2>().0;
    let shared: i32 = sides.iter().map(|[left, right]| left * right).sum();
    let power: i32 = sides.iter().map(|[left, _]| left * left).sum();
    assert!(f64::from(shared).abs() < 0.05 * f64::from(power), "{shared} of {power}");
}

/// A disk with room for so many bytes.
struct FullDisk(usize);

impl Write for FullDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
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
    for room in [0, 10, 100, 5000] {
        let samples = [0.0; 2000];
        let error = write(FullDisk(room), [&samples, &samples], 48_000, Depth::Bits24).unwrap_err();
        assert_eq!(io::Error::from(error).kind(), ErrorKind::StorageFull, "room for {room}");
    }
}
