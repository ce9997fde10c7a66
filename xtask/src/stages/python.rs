//! A Python environment of our own, and what is tested in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::tally::{Tally, tests};
use crate::bundle::Bundles;
use crate::shell::{root, run, say, target};

/// A virtual environment in the target folder, with the packages of both lists of requirements.
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    const REQUIREMENTS: [&str; 2] =
        ["training/requirements-test.txt", "tests/hosts/requirements.txt"];

    pub fn make() -> Result<Self> {
        let environment = Self { folder: target()?.join("venv") };
        if !environment.python().exists() {
            let mut command = Command::new("python3");
            run(command.args(["-m", "venv"]).arg(&environment.folder))?;
        }
        let mut command = Command::new(environment.python());
        command.current_dir(root());
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        for list in Self::REQUIREMENTS {
            command.args(["--requirement", list]);
        }
        run(&mut command).context("install Python packages (this needs the package index)")?;
        Ok(environment)
    }

    fn python(&self) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts/python.exe")
        } else {
            self.folder.join("bin/python")
        }
    }

    /// ONNX Runtime's library, as the wheel brings it.
    pub fn native_runtime(&self) -> Result<PathBuf> {
        let packages = if cfg!(windows) {
            self.folder.join("Lib/site-packages")
        } else {
            only_folder(&self.folder.join("lib"))?.join("site-packages")
        };
        let folder = packages.join("onnxruntime/capi");
        let listing =
            std::fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
        let names = ["libonnxruntime.so", "libonnxruntime.dylib", "onnxruntime.dll"];
        let is_library = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let plain = name.starts_with("libonnxruntime.") || name == "onnxruntime.dll";
            plain || names.contains(&name.as_ref())
        };
        let mut libraries: Vec<PathBuf> =
            listing.filter_map(|entry| Some(entry.ok()?.path())).filter(is_library).collect();
        libraries.sort();
        libraries.pop().with_context(|| format!("no runtime library in {}", folder.display()))
    }

    /// DawDreamer and pedalboard render the VST3.
    pub fn foreign_hosts(&self, bundles: &Bundles) -> Result<Tally> {
        say(&format!("rendering {}", bundles.vst3.display()));
        self.pytest(&root().join("tests/hosts"), |command| {
            command.env("ANTIPHON_VST3", &bundles.vst3);
        })
    }

    /// The tests of `training/`.
    pub fn training(&self) -> Result<Tally> {
        self.pytest(&root().join("training"), |_| {})
    }

    /// The lints of `training/`, as `training/ruff.toml` has them.
    pub fn lints(&self) -> Result<()> {
        let mut command = Command::new(self.python());
        run(command.current_dir(root()).args([
            "-m",
            "ruff",
            "check",
            "--quiet",
            "--no-cache",
            "training",
        ]))
    }

    fn pytest(&self, folder: &Path, setup: impl FnOnce(&mut Command)) -> Result<Tally> {
        let mut command = Command::new(self.python());
        command.current_dir(root()).args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
        command.arg(folder);
        setup(&mut command);
        tests(&mut command)
    }
}

/// The folder of the one Python version within `lib`.
fn only_folder(folder: &Path) -> Result<PathBuf> {
    let about = || format!("read {}", folder.display());
    let mut entries = std::fs::read_dir(folder).with_context(about)?;
    let first = entries.next().with_context(|| format!("{} is empty", folder.display()))?;
    Ok(first.with_context(about)?.path())
}
