//! Loads the shared library of ONNX Runtime. Unsafe code: foreign code is called, as its interface promises.

use std::ffi::CStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use libloading::Library;
use ort::environment::Environment;
use sha2::{Digest, Sha256};

/// The library in use, for the life of the process.
#[derive(Clone)]
pub(super) struct NativeLibrary {
    /// Such as `1.20.1`.
    pub(super) version: String,
    /// Held so that it is never built twice, which ONNX Runtime forbids.
    pub(super) environment: Environment,
    /// Of the file, in hexadecimal.
    sha256: String,
}

/// Why a shared library is not used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("use the library: its path is not absolute: {}", path.display())]
    NotAbsolute { path: PathBuf },
    #[error("read the library: {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("use the library: its SHA-256 is {found}, not {wanted}: {}", path.display())]
    Hash { path: PathBuf, found: String, wanted: String },
    #[error("use the library: another one is in use until the process ends: {}", path.display())]
    Another { path: PathBuf },
    #[error("open the library: {reason}: {}", path.display())]
    Open { path: PathBuf, reason: String },
    #[error("use the library: {reason}: {}", path.display())]
    Interface { path: PathBuf, reason: String },
}

static IN_USE: Mutex<Option<NativeLibrary>> = Mutex::new(None);

/// The library at `path`, which is opened only if its file has this SHA-256: a damaged one would end the process in the loader.
pub(super) fn load(path: &Path, sha256: &str) -> Result<NativeLibrary, LibraryError> {
    if !path.is_absolute() {
        return Err(LibraryError::NotAbsolute { path: path.into() });
    }
    let failed = |source| LibraryError::Read { path: path.into(), source };
    let bytes = std::fs::read(path).map_err(failed)?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    drop(bytes);
    if !found.eq_ignore_ascii_case(sha256) {
        let wanted = sha256.to_owned();
        return Err(LibraryError::Hash { path: path.into(), found, wanted });
    }
    let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = &*in_use {
        let same = library.sha256 == found;
        return if same {
            Ok(library.clone())
        } else {
            Err(LibraryError::Another { path: path.into() })
        };
    }
    let (api, version) = open(path)?;
    ort::set_api(api);
    let environment = ort::init().with_name("antiphon").with_telemetry(false).build();
    let environment = environment.map_err(|error| interface(path, error.to_string()))?;
    let library = NativeLibrary { version, environment, sha256: found };
    *in_use = Some(library.clone());
    Ok(library)
}

/// Open the file and ask it for the interface that `ort` speaks.
fn open(path: &Path) -> Result<(ort_sys::OrtApi, String), LibraryError> {
    let library = open_file(path)
        .map_err(|reason| LibraryError::Open { path: path.into(), reason: reason.to_string() })?;
    let base = base(&library).map_err(|reason| interface(path, reason))?;
    #[expect(unsafe_code, reason = "ONNX Runtime is asked for its version")]
    // SAFETY: `OrtApiBase` begins with these two functions in every version of ONNX Runtime, and the version is a static string.
    let version = unsafe {
        let text = (base.GetVersionString)();
        if text.is_null() { None } else { CStr::from_ptr(text).to_str().ok() }
    };
    let version = version.ok_or_else(|| interface(path, "it does not tell its version"))?;
    let minor = version.strip_prefix("1.").and_then(|rest| rest.split('.').next()?.parse().ok());
    if minor.is_none_or(|minor: u32| minor < ort_sys::ORT_API_VERSION) {
        let oldest = ort_sys::ORT_API_VERSION;
        return Err(interface(path, format!("version {version} is older than 1.{oldest}")));
    }
    #[expect(unsafe_code, reason = "ONNX Runtime is asked for its functions")]
    // SAFETY: a library of at least this version gives a table of at least this version's length, which lives as long as it; it is
    // never unloaded, see below.
    let api = unsafe { (base.GetApi)(ort_sys::ORT_API_VERSION).as_ref() }.cloned();
    let api =
        api.ok_or_else(|| interface(path, "it does not offer the interface of its version"))?;
    std::mem::forget(library); // never unloaded: its threads and thread-local values outlive any session
    Ok((api, version.to_owned()))
}

/// The table that the library's one exported function points to.
fn base(library: &Library) -> Result<&'static ort_sys::OrtApiBase, String> {
    type GetApiBase = unsafe extern "system" fn() -> *const ort_sys::OrtApiBase;
    #[expect(unsafe_code, reason = "ONNX Runtime's entry point is called")]
    // SAFETY: the function of this name has this type in every version of ONNX Runtime; it takes nothing and gives null or a static.
    unsafe {
        let entry =
            library.get::<GetApiBase>(b"OrtGetApiBase\0").map_err(|error| error.to_string())?;
        entry().as_ref().ok_or_else(|| "its entry point gives nothing".to_owned())
    }
}

/// Symbols are resolved at once, so that a missing one is an error here, and stay our own.
#[cfg(unix)]
fn open_file(path: &Path) -> Result<Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    #[expect(unsafe_code, reason = "opening a library runs its initializers")]
    // SAFETY: the file's hash is the one that whoever named it vouched for.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

/// From its full path with its neighbors beside it, never a system-wide copy of the same name.
#[cfg(windows)]
fn open_file(path: &Path) -> Result<Library, libloading::Error> {
    use libloading::os::windows::{LOAD_WITH_ALTERED_SEARCH_PATH, Library};
    #[expect(unsafe_code, reason = "opening a library runs its initializers")]
    // SAFETY: the file's hash is the one that whoever named it vouched for.
    unsafe { Library::load_with_flags(path, LOAD_WITH_ALTERED_SEARCH_PATH) }.map(Into::into)
}

fn interface(path: &Path, reason: impl Into<String>) -> LibraryError {
    LibraryError::Interface { path: path.into(), reason: reason.into() }
}
