//! Audio buses as the plugin declared them, completed where the host's fall short.
#![expect(unsafe_code, reason = "raw channel pointers of two C interfaces are read and written")]

use std::ptr::null_mut;

/// One bus: the host's channels where they are valid, memory of our own where they are not.
struct Bus {
    channels: Vec<*mut f32>,
    spare: Vec<Vec<f32>>,
}

/// All buses of one direction, with `T`, the format's own bus struct, to pass on.
pub(super) struct Side<T> {
    buses: Vec<Bus>,
    passed: Vec<T>,
}

/// The buses of one activation.
pub(super) struct Buses<T> {
    pub(super) inputs: Side<T>,
    pub(super) outputs: Side<T>,
    /// Frames in the longest block that the host may ask for.
    pub(super) max_frames: usize,
}

// SAFETY: the raw pointers are written, followed and forgotten within one process call; between calls they are dead
// values, so that moving them to another thread shares nothing.
unsafe impl<T> Send for Buses<T> {}

impl<T: Copy> Buses<T> {
    /// For buses with these channel counts. `blank` is a bus struct without channels. Allocates.
    pub(super) fn new(
        input_channels: &[usize],
        output_channels: &[usize],
        max_frames: usize,
        blank: T,
    ) -> Self {
        let side = |counts: &[usize]| Side {
            passed: vec![blank; counts.len()],
            buses: counts.iter().map(|count| Bus::new(*count, max_frames)).collect(),
        };
        Self { inputs: side(input_channels), outputs: side(output_channels), max_frames }
    }
}

impl Bus {
    fn new(channels: usize, max_frames: usize) -> Self {
        Self { channels: vec![null_mut(); channels], spare: vec![vec![0.0; max_frames]; channels] }
    }
}

impl<T: Copy> Side<T> {
    /// The bus structs to pass on, valid until the next `connect`.
    pub(super) fn passed(&mut self) -> &mut [T] {
        &mut self.passed
    }

    /// Complete the `count` buses at `host`. `read` gives a host bus's channel array and channel count; `write` makes
    /// the bus struct to pass on from the host's, if there is one, and the completed channels. Real-time safe.
    ///
    /// # Safety
    /// `host` is null or points to `count` buses; the array that `read` gives is null or has as many pointers as it
    /// says; each of those is null or points to `frames` samples. `frames` is at most `max_frames`.
    pub(super) unsafe fn connect(
        &mut self,
        host: *const T,
        count: usize,
        frames: usize,
        read: impl Fn(&T) -> (*mut *mut f32, usize),
        write: impl Fn(Option<&T>, &mut [*mut f32]) -> T,
    ) {
        for (index, (bus, passed)) in self.buses.iter_mut().zip(&mut self.passed).enumerate() {
            let present = index < count && !host.is_null();
            // SAFETY: the caller promises `count` buses at a `host` that is not null.
            let theirs = present.then(|| unsafe { &*host.add(index) });
            let (list, listed) = theirs.map_or((null_mut(), 0), &read);
            for (number, (channel, spare)) in
                bus.channels.iter_mut().zip(&mut bus.spare).enumerate()
            {
                *channel = if number < listed && !list.is_null() {
                    // SAFETY: the caller promises `listed` pointers at a list that is not null.
                    unsafe { *list.add(number) }
                } else {
                    null_mut()
                };
                if channel.is_null() {
                    // A missing input is silence.
                    spare[..frames].fill(0.0);
                    *channel = spare.as_mut_ptr();
                }
            }
            *passed = write(theirs, &mut bus.channels);
        }
    }
}

#[cfg(test)]
mod tests;
