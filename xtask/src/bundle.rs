//! Bundles from the built library. Our own and not the framework's bundler, because that one takes the outermost folder with a `Cargo.toml` for
//! the workspace, takes our command line for a plugin, and brings two hundred packages to build before the first line of the demo.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::shell::{SELECTION, cargo, fresh_folder, root, run, target, write};

/// Where the bundles are.
#[derive(Clone, Debug)]
pub struct Bundles {
    pub clap: PathBuf,
    pub vst3: PathBuf,
}

impl Bundles {
    /// Where `bundle` puts them.
    pub fn places() -> Result<Self> {
        let folder = target()?.join("bundled");
        let name = name()?;
        Ok(Self {
            clap: folder.join(format!("{name}.clap")),
            vst3: folder.join(format!("{name}.vst3")),
        })
    }
}

/// Build the library, the command line and the hosts with that cargo profile, and make both bundles of the library.
pub fn bundle(profile: &str) -> Result<Bundles> {
    run(cargo().arg("build").args(SELECTION).args(["--profile", profile]))?;
    let library = built(profile, &library_name())?;
    let bundles = Bundles::places()?;
    let name = name()?;
    fresh_folder(&target()?.join("bundled"))?;
    if cfg!(target_os = "macos") {
        bundle_for_macos(&library, &bundles.clap, &name)?;
        bundle_for_macos(&library, &bundles.vst3, &name)?;
    } else {
        copy(&library, &bundles.clap)?;
        let system = if cfg!(windows) { "win" } else { "linux" };
        let file = if cfg!(windows) { format!("{name}.vst3") } else { format!("{name}.so") };
        let folder = format!("Contents/{}-{system}", std::env::consts::ARCH);
        copy(&library, &bundles.vst3.join(folder).join(file))?;
    }
    Ok(bundles)
}

/// A file that cargo has built with that profile.
pub fn built(profile: &str, file: &str) -> Result<PathBuf> {
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target()?.join(folder).join(file))
}

/// A program that cargo has built with that profile.
pub fn program(profile: &str, name: &str) -> Result<PathBuf> {
    built(profile, &format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn library_name() -> String {
    format!("{}antiphon{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// The plugin's name from `bundler.toml`.
fn name() -> Result<String> {
    let path = root().join("bundler.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let value = text.lines().find_map(|line| line.strip_prefix("name = "));
    Ok(value.context("bundler.toml gives no name")?.trim().trim_matches('"').to_owned())
}

/// Apple's bundles are folders with a property list for both formats.
fn bundle_for_macos(library: &Path, bundle: &Path, name: &str) -> Result<()> {
    let contents = bundle.join("Contents");
    copy(library, &contents.join("MacOS").join(name))?;
    write(&contents.join("PkgInfo"), "BNDL????")?;
    let version = env!("CARGO_PKG_VERSION");
    let list = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>CFBundleExecutable</key><string>{name}</string>
    <key>CFBundleIdentifier</key><string>org.antiphon.{name}</string>
    <key>CFBundleName</key><string>{name}</string>
    <key>CFBundleDisplayName</key><string>{name}</string>
    <key>CFBundlePackageType</key><string>BNDL</string>
    <key>CFBundleSignature</key><string>????</string>
    <key>CFBundleShortVersionString</key><string>{version}</string>
    <key>CFBundleVersion</key><string>{version}</string>
    <key>NSHighResolutionCapable</key><true/>
  </dict>
</plist>
"#
    );
    write(&contents.join("Info.plist"), list)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    std::fs::copy(from, to)
        .with_context(|| format!("copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
