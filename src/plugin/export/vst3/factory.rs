//! The library's class factory, and the functions by which a VST3 host finds it.
#![expect(unsafe_code, reason = "the VST3 interfaces are COM interfaces of raw pointers")]

use std::ffi::c_void;

use nice_plug::prelude::Vst3Plugin;
use nice_plug::wrapper::vst3::PluginInfo;
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComWrapper};

use super::super::for_all_plugins;
use super::Guarded;

/// A plugin of this library: what the host reads of it, and how to make one.
struct Entry {
    class: PluginInfo,
    create: unsafe fn(*const TUID, *mut *mut c_void) -> tresult,
}

struct Factory {
    /// In the order in which hosts see them; never empty.
    entries: Vec<Entry>,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl Entry {
    fn of<P: Vst3Plugin>() -> Self {
        Self { class: PluginInfo::for_plugin::<P>(), create: create::<P> }
    }
}

/// # Safety
/// `iid` points to an interface's id, and `object` to where its pointer goes.
unsafe fn create<P: Vst3Plugin>(iid: *const TUID, object: *mut *mut c_void) -> tresult {
    let instance = ComWrapper::new(Guarded::<P>::new());
    let Some(unknown) = instance.as_com_ref::<FUnknown>() else { return kInvalidArgument };
    let unknown = unknown.as_ptr();
    // SAFETY: `unknown` is alive for as long as `instance` is; the query counts a reference of its own for the host.
    unsafe { ((*(*unknown).vtbl).queryInterface)(unknown, iid, object) }
}

impl Factory {
    fn new() -> Self {
        macro_rules! list {
            ($($plugin:ident),+) => { vec![$(Entry::of::<super::super::$plugin>()),+] };
        }
        Self { entries: for_all_plugins!(list) }
    }

    /// Write what `value` makes of the class at `index`.
    ///
    /// # Safety
    /// `info` is null or points to where a `T` goes.
    unsafe fn write<T>(&self, index: int32, info: *mut T, value: fn(&PluginInfo) -> T) -> tresult {
        let entry = usize::try_from(index).ok().and_then(|index| self.entries.get(index));
        match entry {
            Some(entry) if !info.is_null() => {
                // SAFETY: not null, and the caller promises room for a `T`.
                unsafe { info.write(value(&entry.class)) };
                kResultOk
            }
            _ => kInvalidArgument,
        }
    }
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: the host's promise, passed on. The maker is the same for all classes.
        unsafe { self.write(0, info, PluginInfo::create_factory_info) }
    }

    unsafe fn countClasses(&self) -> int32 {
        int32::try_from(self.entries.len()).unwrap_or(0)
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: the host's promise, passed on.
        unsafe { self.write(index, info, PluginInfo::create_class_info) }
    }

    unsafe fn createInstance(
        &self,
        cid: FIDString,
        iid: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if cid.is_null() || iid.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: class and interface ids are sixteen bytes, and none of the pointers is null.
        unsafe {
            let cid = *cid.cast::<[u8; 16]>();
            match self.entries.iter().find(|entry| *entry.class.cid == cid) {
                Some(entry) => (entry.create)(iid.cast(), object),
                None => kInvalidArgument,
            }
        }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: the host's promise, passed on.
        unsafe { self.write(index, info, PluginInfo::create_class_info_2) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: the host's promise, passed on.
        unsafe { self.write(index, info, PluginInfo::create_class_info_unicode) }
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// What a VST3 host looks for in the library. The host owns the reference.
// SAFETY: no other symbol of this name is linked in; its type is the one that VST3 prescribes.
#[unsafe(no_mangle)]
pub(super) extern "system" fn GetPluginFactory() -> *mut c_void {
    ComWrapper::new(Factory::new())
        .to_com_ptr::<IPluginFactory>()
        .map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
}

/// The functions by which a host opens and closes the library, whose names differ between systems.
macro_rules! module_entry {
    ($system:meta, $abi:literal, $entry:ident($($arg:ident: $ty:ty)?), $exit:ident) => {
        /// Called by the host when it has loaded the library.
        #[cfg($system)]
        // SAFETY: no other symbol of this name is linked in; its type is the one that VST3 prescribes.
        #[unsafe(no_mangle)]
        pub(super) extern $abi fn $entry($($arg: $ty)?) -> bool {
            nice_plug::wrapper::setup_logger::<super::super::Antiphon>();
            true
        }

        /// Called by the host before it unloads the library.
        #[cfg($system)]
        // SAFETY: as above.
        #[unsafe(no_mangle)]
        pub(super) extern $abi fn $exit() -> bool {
            true
        }
    };
}

module_entry!(
    all(target_family = "unix", not(target_os = "macos")),
    "C",
    ModuleEntry(_library: *mut c_void),
    ModuleExit
);
module_entry!(target_os = "macos", "C", bundleEntry(_bundle: *mut c_void), bundleExit);
module_entry!(target_os = "windows", "system", InitDll(), ExitDll);
