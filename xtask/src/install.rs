//! Copies the bundles to where this system's DAWs look.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::bundle::bundle;
use crate::shell::say;
use crate::system::{Consent, Purpose, ensure_packages};

/// Build the bundles and install them for this user.
pub fn install(consent: Consent) -> Result<()> {
    ensure_packages(Purpose::Build, consent)?;
    let bundles = bundle("release")?;
    let (clap, vst3) = folders()?;
    for (bundle, folder) in [(&bundles.clap, clap), (&bundles.vst3, vst3)] {
        let name = bundle.file_name().context("a bundle has a name")?;
        let place = folder.join(name);
        // Copied beside and renamed, so that a DAW that scans meanwhile sees the old one or the new one.
        let beside = folder.join(format!(".{}.new", name.to_string_lossy()));
        remove(&beside)?;
        copy_all(bundle, &beside)?;
        remove(&place)?;
        std::fs::rename(&beside, &place).with_context(|| format!("write {}", place.display()))?;
        say(&format!("installed {}", place.display()));
    }
    say("Rescan plugins in your DAW, or start it anew.");
    Ok(())
}

/// The user's own folders for CLAP and VST3.
pub fn folders() -> Result<(PathBuf, PathBuf)> {
    let variable = |name: &str| {
        std::env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set"))
    };
    Ok(if cfg!(target_os = "macos") {
        let plugins = variable("HOME")?.join("Library/Audio/Plug-Ins");
        (plugins.join("CLAP"), plugins.join("VST3"))
    } else if cfg!(windows) {
        let programs = variable("LOCALAPPDATA")?.join("Programs/Common");
        (programs.join("CLAP"), programs.join("VST3"))
    } else {
        let home = variable("HOME")?;
        (home.join(".clap"), home.join(".vst3"))
    })
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        std::fs::remove_dir_all(path)
    } else if path.exists() {
        std::fs::remove_file(path)
    } else {
        Ok(())
    };
    removed.with_context(|| format!("remove {}", path.display()))
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    let about = || format!("copy {} to {}", from.display(), to.display());
    if !from.is_dir() {
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).with_context(about)?;
        }
        std::fs::copy(from, to).with_context(about)?;
        return Ok(());
    }
    std::fs::create_dir_all(to).with_context(about)?;
    for entry in std::fs::read_dir(from).with_context(about)? {
        let entry = entry.with_context(about)?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
