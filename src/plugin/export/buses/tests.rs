//! Every way in which a host's bus can fall short of the declared one.

use std::ptr::{null, null_mut};

use super::Buses;

/// A bus struct of a made-up format.
#[derive(Clone, Copy)]
struct Plain {
    list: *mut *mut f32,
    channels: usize,
}

const FRAMES: usize = 4;

/// A stereo output against a host bus with these channels (`None`: a null pointer), or no bus at all, or a bus without
/// a channel array. Gives which of the two completed channels are the host's own.
fn check(bus: Option<Option<&[Option<usize>]>>) -> [bool; 2] {
    let mut samples = vec![vec![1.0f32; FRAMES]; 3];
    let starts: Vec<*mut f32> = samples.iter_mut().map(|channel| channel.as_mut_ptr()).collect();
    let mut list: Vec<*mut f32> = bus
        .flatten()
        .unwrap_or_default()
        .iter()
        .map(|number| number.map_or(null_mut(), |number| starts[number]))
        .collect();
    let plain = bus.map(|channels| Plain {
        list: if channels.is_some() { list.as_mut_ptr() } else { null_mut() },
        channels: channels.map_or(2, <[_]>::len),
    });
    let blank = Plain { list: null_mut(), channels: 0 };
    let mut buses = Buses::new(&[], &[2], FRAMES, blank);
    let (host, count) = plain.as_ref().map_or((null(), 0), |plain| (std::ptr::from_ref(plain), 1));
    // SAFETY: one bus at `host`, or none; its list has as many pointers as it says, or is null.
    unsafe {
        buses.outputs.connect(
            host,
            count,
            FRAMES,
            |plain| (plain.list, plain.channels),
            |_, channels| Plain { list: channels.as_mut_ptr(), channels: channels.len() },
        );
    }
    let passed = buses.outputs.passed()[0];
    assert_eq!(passed.channels, 2);
    [0, 1].map(|number| {
        // SAFETY: `connect` completed both channels.
        let (channel, first) = unsafe {
            let channel = *passed.list.add(number);
            (channel, *channel)
        };
        let theirs = starts.contains(&channel);
        assert_eq!(first, if theirs { 1.0 } else { 0.0 });
        theirs
    })
}

#[test]
fn missing_channels_are_completed() {
    assert_eq!(check(Some(Some(&[Some(0), Some(1)]))), [true, true]);
    assert_eq!(check(Some(Some(&[Some(0), Some(1), Some(2)]))), [true, true]);
    assert_eq!(check(Some(Some(&[Some(0)]))), [true, false]);
    assert_eq!(check(Some(Some(&[None, Some(1)]))), [false, true]);
    assert_eq!(check(Some(Some(&[]))), [false, false]);
    assert_eq!(check(Some(None)), [false, false]);
    assert_eq!(check(None), [false, false]);
}
