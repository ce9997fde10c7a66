//! The composer's thread goes before the system's ordinary work and after its audio threads.

use thread_priority::ThreadPriority;

use crate::engine::link::Priority;

/// What is asked for, the most first: of 0 to 99, where ordinary work has about half. Linux makes niceness -11 to -1 of them, within the user's limit (RLIMIT_NICE);
/// Windows *above normal* of the first.
#[cfg(not(target_os = "macos"))]
const WISHES: &[u8] = &[75, 70, 65, 60, 55, 50];
/// Of 15 to 47, where ordinary work has 31 (`sched_get_priority_max` of `SCHED_OTHER`).
#[cfg(target_os = "macos")]
const WISHES: &[u8] = &[40];

/// Raise the calling thread above ordinary work as far as the system lets it, and never to real-time priority, which would let a long window keep the host's own
/// audio threads from a core. A thread begins with the priority of the one that started it, which may be a host's audio thread: that is given up.
/// Where the system refuses, the thread has its ordinary priority. Threads that it starts afterwards would have the same as it.
pub(super) fn go_before_ordinary_work() -> Priority {
    raise_by(WISHES, ask)
}

/// The first wish that is granted is in force.
fn raise_by(wishes: &[u8], mut ask: impl FnMut(u8) -> bool) -> Priority {
    if wishes.iter().any(|wish| ask(*wish)) { Priority::Raised } else { Priority::Ordinary }
}

/// Whether the system grants it.
#[cfg(unix)]
fn ask(wish: u8) -> bool {
    use thread_priority::unix::{
        NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    let Ok(wish) = ThreadPriority::try_from(wish) else { return false };
    set_thread_priority_and_policy(thread_native_id(), wish, policy).is_ok()
}

#[cfg(not(unix))]
fn ask(wish: u8) -> bool {
    let wish = wish.try_into().map(ThreadPriority::Crossplatform);
    wish.is_ok_and(|wish| thread_priority::set_current_thread_priority(wish).is_ok())
}

#[cfg(test)]
mod tests;
