//! The CLAP entry point.
//!
//! The host gets a [`Guarded`], whose first field is a copy of the framework's `clap_plugin` with the same
//! `plugin_data`. All of the framework's callbacks find their instance through `plugin_data` alone, so every call but
//! the four replaced below goes straight to it.
#![expect(unsafe_code, reason = "the CLAP interface is a C interface of raw pointers")]

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::prelude::ClapPlugin;
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, Wrapper, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};

use super::buses::Buses;
use super::for_all_plugins;

/// One instance as the host sees it.
#[repr(C)]
struct Guarded {
    /// First, so that the host's `*const clap_plugin` is also a `*const Guarded`.
    plugin: clap_plugin,
    inner: *const clap_plugin,
    /// Made by `activate`. The audio thread only tries the lock, and CLAP forbids calling `activate` meanwhile, so it
    /// is never contended and makes no system call.
    buses: Mutex<Option<Buses<clap_audio_buffer>>>,
}

/// A plugin of this library: what the host reads of it, and how to make one.
struct Entry {
    descriptor: PluginDescriptor,
    create: unsafe fn(*const clap_host) -> *const clap_plugin,
}

const BLANK: clap_audio_buffer = clap_audio_buffer {
    data32: null_mut(),
    data64: null_mut(),
    channel_count: 0,
    latency: 0,
    constant_mask: 0,
};

/// Channel counts of the present layout's ports.
///
/// # Safety
/// `inner` is a live plugin of the framework's; main thread.
unsafe fn channel_counts(inner: *const clap_plugin, is_input: bool) -> Vec<usize> {
    // SAFETY: the caller promises a live plugin; the framework fills in every callback, and answers the extension with
    // a static table or null.
    let ports = unsafe {
        let Some(extension) = (*inner).get_extension else { return Vec::new() };
        extension(inner, CLAP_EXT_AUDIO_PORTS.as_ptr()).cast::<clap_plugin_audio_ports>().as_ref()
    };
    let Some(clap_plugin_audio_ports { count: Some(count), get: Some(get) }) = ports else {
        return Vec::new();
    };
    let channels = |index| {
        // SAFETY: the struct is plain data for which all zeros is a value, and the callback fills it in.
        unsafe {
            let mut port: clap_audio_port_info = std::mem::zeroed();
            if get(inner, index, is_input, &raw mut port) { port.channel_count as usize } else { 0 }
        }
    };
    // SAFETY: as above.
    (0..unsafe { count(inner, is_input) }).map(channels).collect()
}

unsafe extern "C" fn activate(
    plugin: *const clap_plugin,
    sample_rate: f64,
    min_frames: u32,
    max_frames: u32,
) -> bool {
    // SAFETY: the host passes the plugin that `create` gave it, and `inner` lives as long.
    unsafe {
        let this = &*plugin.cast::<Guarded>();
        // Hosts may choose another layout while the plugin is inactive, so it is read here and not once for all.
        let inputs = channel_counts(this.inner, true);
        let outputs = channel_counts(this.inner, false);
        *this.buses.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Buses::new(&inputs, &outputs, max_frames as usize, BLANK));
        (*this.inner)
            .activate
            .is_some_and(|activate| activate(this.inner, sample_rate, min_frames, max_frames))
    }
}

unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    process: *const clap_process,
) -> clap_process_status {
    // SAFETY: the host passes the plugin that `create` gave it.
    let this = unsafe { &*plugin.cast::<Guarded>() };
    // SAFETY: the host passes null or a block that is valid for this call.
    let (Ok(mut buses), Some(host)) = (this.buses.try_lock(), unsafe { process.as_ref() }) else {
        return CLAP_PROCESS_ERROR;
    };
    let frames = host.frames_count as usize;
    let Some(buses) = buses.as_mut().filter(|buses| frames <= buses.max_frames) else {
        return CLAP_PROCESS_ERROR;
    };
    let read = |port: &clap_audio_buffer| (port.data32, port.channel_count as usize);
    let write = |port: Option<&clap_audio_buffer>, channels: &mut [*mut f32]| clap_audio_buffer {
        data32: channels.as_mut_ptr(),
        data64: null_mut(),
        channel_count: u32::try_from(channels.len()).unwrap_or(0),
        ..*port.unwrap_or(&BLANK)
    };
    let inputs = host.audio_inputs_count as usize;
    let outputs = if host.audio_outputs.is_null() { 0 } else { host.audio_outputs_count as usize };
    // SAFETY: CLAP promises as many buses as it counts, with as many channels as each counts and `frames` samples in
    // each channel that is there; the block is no longer than the host announced to `activate`.
    unsafe {
        buses.inputs.connect(host.audio_inputs, inputs, frames, read, write);
        buses.outputs.connect(host.audio_outputs, outputs, frames, read, write);
    }
    let (passed_inputs, passed_outputs) = (buses.inputs.passed(), buses.outputs.passed());
    let guarded = clap_process {
        audio_inputs: passed_inputs.as_ptr(),
        audio_inputs_count: u32::try_from(passed_inputs.len()).unwrap_or(0),
        audio_outputs: passed_outputs.as_mut_ptr(),
        audio_outputs_count: u32::try_from(passed_outputs.len()).unwrap_or(0),
        ..*host
    };
    // SAFETY: `inner` lives as long as the instance; `guarded` differs from the host's block only in buses that are
    // complete and valid for this call.
    unsafe {
        let status = (*this.inner)
            .process
            .map_or(CLAP_PROCESS_ERROR, |process| process(this.inner, &raw const guarded));
        for index in 0..outputs {
            // The framework never sets it, so that whatever the host left there would stand.
            (*host.audio_outputs.add(index)).constant_mask = 0;
        }
        status
    }
}

unsafe extern "C" fn start_processing(plugin: *const clap_plugin) -> bool {
    super::introduce_thread();
    // SAFETY: the host passes the plugin that `create` gave it, and `inner` lives as long.
    unsafe {
        let this = &*plugin.cast::<Guarded>();
        (*this.inner).start_processing.is_none_or(|start| start(this.inner))
    }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: the host gives back what `create` leaked, once, and does not use it again.
    unsafe {
        let this = Box::from_raw(plugin.cast_mut().cast::<Guarded>());
        if let Some(destroy) = (*this.inner).destroy {
            destroy(this.inner);
        }
    }
}

impl Entry {
    fn of<P: ClapPlugin>() -> Self {
        Self { descriptor: PluginDescriptor::for_plugin::<P>(), create: create::<P> }
    }
}

/// # Safety
/// `host` is a live CLAP host; main thread.
unsafe fn create<P: ClapPlugin>(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: the caller promises a live host. The framework's own `destroy` takes the leaked count back, as with its
    // macro; until then the wrapper, and with it `inner`, stays where it is.
    let (inner, theirs) = unsafe {
        let wrapper = Arc::into_raw(Wrapper::<P>::new(host));
        let inner = (*wrapper).clap_plugin.as_ptr().cast_const();
        (inner, *inner)
    };
    let plugin = clap_plugin {
        destroy: Some(destroy),
        activate: Some(activate),
        start_processing: Some(start_processing),
        process: Some(process),
        ..theirs
    };
    Box::into_raw(Box::new(Guarded { plugin, inner, buses: Mutex::new(None) })).cast_const().cast()
}

/// All plugins of this library, in order.
fn entries() -> &'static [Entry] {
    macro_rules! list {
        ($($plugin:ident),+) => { vec![$(Entry::of::<super::$plugin>()),+] };
    }
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| for_all_plugins!(list))
}

unsafe extern "C" fn plugin_count(_: *const clap_plugin_factory) -> u32 {
    u32::try_from(entries().len()).unwrap_or(0)
}

unsafe extern "C" fn plugin_descriptor(
    _: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    entries()
        .get(index as usize)
        .map_or(null(), |entry| std::ptr::from_ref(entry.descriptor.clap_plugin_descriptor()))
}

unsafe extern "C" fn create_plugin(
    _: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    if host.is_null() || id.is_null() {
        return null();
    }
    // SAFETY: the host passes a string that ends in a zero, and itself, alive.
    unsafe {
        let id = CStr::from_ptr(id);
        let entry = entries().iter().find(|entry| entry.descriptor.clap_id() == id);
        entry.map_or(null(), |entry| (entry.create)(host))
    }
}

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(plugin_count),
    get_plugin_descriptor: Some(plugin_descriptor),
    create_plugin: Some(create_plugin),
};

unsafe extern "C" fn init(_path: *const c_char) -> bool {
    nice_plug::wrapper::setup_logger::<super::Antiphon>();
    true
}

unsafe extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: the host passes null or a string that ends in a zero.
    if !id.is_null() && unsafe { CStr::from_ptr(id) } == CLAP_PLUGIN_FACTORY_ID {
        (&raw const FACTORY).cast()
    } else {
        null()
    }
}

/// What a CLAP host looks for in the library.
// SAFETY: no other symbol of this name is linked in; its type is the one that CLAP prescribes.
#[unsafe(no_mangle)]
#[used]
pub(super) static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};
