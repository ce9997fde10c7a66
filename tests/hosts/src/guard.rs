//! Counts calls to the C library's allocator from inside a process call, and the bytes that the whole process holds, whoever asks for them:
//! the host's executable defines `malloc` and its kin, which the dynamic linker then gives to every library loaded later, the plugin included.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

/// Bytes that the process has been given and has not given back.
static HELD: AtomicI64 = AtomicI64::new(0);

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Whether the allocator can be counted on this system.
pub const COUNTS: bool = cfg!(all(target_os = "linux", target_env = "gnu"));

/// Run `work` and count what it asks of the allocator on this thread.
pub fn watched<R>(work: impl FnOnce() -> R) -> R {
    ARMED.set(true);
    let result = work();
    ARMED.set(false);
    result
}

/// How often the allocator was called on this thread within `watched`, since the last call of this function.
pub fn take_count() -> Option<u64> {
    COUNTS.then(|| COUNT.replace(0))
}

/// Bytes that the process holds from the allocator. Unlike resident memory this does not depend on how the allocator keeps what is free.
pub fn held_bytes() -> Option<i64> {
    COUNTS.then(|| HELD.load(Ordering::Relaxed))
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod interposed {
    use std::ffi::{c_int, c_void};
    use std::sync::atomic::Ordering;

    use super::{ARMED, COUNT, HELD};

    unsafe extern "C" {
        fn __libc_malloc(size: usize) -> *mut c_void;
        fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
        fn __libc_realloc(old: *mut c_void, size: usize) -> *mut c_void;
        fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
        fn __libc_free(old: *mut c_void);
        fn malloc_usable_size(block: *mut c_void) -> usize;
    }

    fn note() {
        if ARMED.get() {
            COUNT.set(COUNT.get() + 1);
        }
    }

    // SAFETY (of every function here): each passes its arguments unchanged to the C library's own function of the same contract; `size_of`
    // is given null or a block that the C library has given and not taken back.

    unsafe fn size_of(block: *mut c_void) -> i64 {
        i64::try_from(unsafe { malloc_usable_size(block) }).unwrap_or(0)
    }

    unsafe fn given(block: *mut c_void) -> *mut c_void {
        HELD.fetch_add(unsafe { size_of(block) }, Ordering::Relaxed);
        block
    }

    unsafe fn taken_back(block: *mut c_void) {
        HELD.fetch_sub(unsafe { size_of(block) }, Ordering::Relaxed);
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
        note();
        unsafe { given(__libc_malloc(size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
        note();
        unsafe { given(__libc_calloc(count, size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn realloc(old: *mut c_void, size: usize) -> *mut c_void {
        note();
        let before = unsafe { size_of(old) };
        let block = unsafe { __libc_realloc(old, size) };
        // A refusal leaves the old block as it was; a size of zero gives it back.
        if !block.is_null() || size == 0 {
            HELD.fetch_sub(before, Ordering::Relaxed);
        }
        unsafe { given(block) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn free(old: *mut c_void) {
        if !old.is_null() {
            note();
        }
        unsafe {
            taken_back(old);
            __libc_free(old);
        }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
        note();
        unsafe { given(__libc_memalign(alignment, size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
        note();
        unsafe { given(__libc_memalign(alignment, size)) }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn posix_memalign(
        out: *mut *mut c_void,
        alignment: usize,
        size: usize,
    ) -> c_int {
        const OUT_OF_MEMORY: c_int = 12;
        note();
        let block = unsafe { given(__libc_memalign(alignment, size)) };
        if block.is_null() {
            return OUT_OF_MEMORY;
        }
        // SAFETY: the caller promises that `out` may be written.
        unsafe { *out = block };
        0
    }
}
