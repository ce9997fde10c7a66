//! An X display of one's own, that nobody sees. The chores that open windows read this file too.

use std::io::{BufRead as _, BufReader, Error, Result};
use std::process::{Child, Command, Stdio};

/// A display that lives as long as this.
#[derive(Debug)]
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// With `more` arguments for the server.
    ///
    /// # Errors
    /// If Xvfb is not there, or tells no display.
    pub fn start(more: &[&str]) -> Result<Self> {
        // Without -noreset it begins anew whenever its last client has gone, and turns away who comes meanwhile.
        let mut command = Command::new("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "2560x1600x24",
            "-nolisten",
            "tcp",
            "-noreset",
        ]);
        command.args(more).stdout(Stdio::piped()).stderr(Stdio::null());
        let about = |error: Error| {
            Error::new(error.kind(), format!("start Xvfb, of the package xvfb: {error}"))
        };
        let mut server = command.spawn().map_err(about)?;
        let mut line = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(about)?;
        }
        let number = line.trim();
        let name = format!(":{number}");
        let display = Self { server, name };
        match number.is_empty() {
            true => Err(Error::other("Xvfb tells no display")),
            false => Ok(display),
        }
    }

    /// What a host's environment needs.
    pub fn environment(&self) -> Vec<(&'static str, &str)> {
        // One arena: what the allocator keeps of what is free would hide what the plugin keeps.
        vec![("DISPLAY", &self.name), ("MALLOC_ARENA_MAX", "1")]
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.server.kill().ok(); // it may have ended by itself
        self.server.wait().ok();
    }
}
