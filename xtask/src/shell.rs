//! Other programs, the workspace's folders, and words to the person at the terminal.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace")
}

/// Cargo's target folder, wherever the environment or a configuration puts it.
pub fn target() -> Result<&'static Path> {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    if let Some(target) = TARGET.get() {
        return Ok(target);
    }
    let metadata = metadata(&["--no-deps"])?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(TARGET.get_or_init(|| folder.into()))
}

/// What cargo says of the workspace.
pub fn metadata(arguments: &[&str]) -> Result<serde_json::Value> {
    let mut command = cargo();
    command.args(["metadata", "--format-version", "1"]).args(arguments);
    let text = output(&mut command)?;
    serde_json::from_str(&text).context("read what cargo says of the workspace")
}

/// The cargo that runs us, in the workspace's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The packages that every build and test of ours names: one selection, so that their dependencies are compiled with one set of features,
/// and once. This program is left out, since it runs.
pub const SELECTION: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// Run to the end, showing what the program says.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("start {}", line(command)))?;
    ensure!(status.success(), "{}: {status}", line(command));
    Ok(())
}

/// Run to the end and return what the program writes on standard output.
pub fn output(command: &mut Command) -> Result<String> {
    command.stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("start {}", line(command)))?;
    ensure!(output.status.success(), "{}: {}", line(command), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one would type it.
pub fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// One line to standard output; a closed pipe is nobody's loss.
pub fn say(text: &str) {
    writeln!(std::io::stdout(), "{text}").ok();
}

/// One line to standard error; a closed pipe is nobody's loss.
pub fn complain(text: &str) {
    writeln!(std::io::stderr(), "{text}").ok();
}

/// Whether a program of that name can be started.
pub fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Make `folder` anew, empty.
pub fn fresh_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("clear {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))
}

/// Write a file, naming it if that fails.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}
