//! An X display of a case's own, that nobody sees.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A display that lives as long as this.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    pub fn start(more: &[&str]) -> Self {
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
        let mut server = command.spawn().expect("start Xvfb, of the package xvfb");
        let mut line = String::new();
        let output = server.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let number = line.trim();
        assert!(!number.is_empty(), "Xvfb tells no display");
        Self { server, name: format!(":{number}") }
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
