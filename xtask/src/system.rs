//! What the system must bring along, and getting it where we know how.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Result, bail, ensure};

use crate::shell::{has_program, run, say};

/// Whether the person has agreed beforehand to the installation of packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    #[default]
    Asked,
    Given,
}

/// A package of Debian and its kin.
struct Need {
    package: &'static str,
    reason: &'static str,
}

/// To build and run the bundles and the test hosts. The plugin opens the window system's libraries at run time; the VST3 test host links one.
const BUILD: &[Need] = &[
    Need { package: "gcc", reason: "links, and assembles the kernels of the embedded runtime" },
    Need { package: "libc6-dev", reason: "the C library to link with" },
    Need { package: "pkg-config", reason: "finds the sound system's library" },
    Need {
        package: "libasound2-dev",
        reason: "the sound system's library, for `antiphon-cli jam`",
    },
    Need { package: "libjack-jackd2-dev", reason: "JACK's library, for `antiphon-cli jam`" },
    Need {
        package: "libxcb1-dev",
        reason: "the window system's library, which the VST3 test host links",
    },
];

/// To run all the tests besides.
const TEST: &[Need] = &[
    Need { package: "python3", reason: "the tests of training/ and two more plugin hosts" },
    Need { package: "python3-venv", reason: "an environment of their own for these" },
    Need { package: "strace", reason: "counts the system calls of the audio thread" },
    Need { package: "xvfb", reason: "a display that nobody sees, for the window in hosts" },
    Need { package: "libgl1-mesa-dri", reason: "paints on it" },
    Need { package: "libgl1", reason: "through which the window paints" },
];

/// What a chore is going to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Build,
    Test,
}

/// See to it that the system has what the purpose needs: through apt where there is apt, by a list for the reader elsewhere.
pub fn ensure_packages(purpose: Purpose, consent: Consent) -> Result<()> {
    let mut needs: Vec<&Need> = BUILD.iter().collect();
    if purpose == Purpose::Test {
        needs.extend(TEST);
    }
    if !has_program("apt-get") || !has_program("dpkg-query") {
        return elsewhere(purpose);
    }
    needs.retain(|need| !is_installed(need.package));
    if needs.is_empty() {
        return Ok(());
    }
    say("These system packages are missing and will be installed with apt-get:");
    for need in &needs {
        say(&format!("  {:14} {}", need.package, need.reason));
    }
    if consent == Consent::Asked && std::io::stdin().is_terminal() && !agrees()? {
        bail!("the packages above are needed; install them, or run again and agree");
    }
    run(apt().arg("update").stdout(Stdio::null()))?;
    let packages = needs.iter().map(|need| need.package);
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages))?;
    for need in needs {
        ensure!(is_installed(need.package), "{} is still missing after apt-get", need.package);
    }
    Ok(())
}

fn agrees() -> Result<bool> {
    write!(std::io::stdout(), "Go on? [Y/n] ")?;
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "" | "y" | "Y" | "yes"))
}

/// apt-get, through sudo for those who are not root.
fn apt() -> Command {
    let root = std::env::var("USER").is_ok_and(|user| user == "root") || is_superuser();
    let mut command = if root || !has_program("sudo") {
        Command::new("apt-get")
    } else {
        let mut command = Command::new("sudo");
        command.arg("apt-get");
        command
    };
    command.arg("-q").env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_superuser() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn is_installed(package: &str) -> bool {
    let status = Command::new("dpkg-query")
        .args(["-W", "-f=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output();
    status.is_ok_and(|output| output.stdout == b"installed")
}

/// Systems without apt: look for the programs, and say what to bring.
fn elsewhere(purpose: Purpose) -> Result<()> {
    let mut missing = Vec::new();
    if cfg!(unix) && !has_program("cc") {
        missing.push("a C compiler that can be called as `cc` (macOS: xcode-select --install)");
    }
    if purpose == Purpose::Test && cfg!(unix) && !has_program("python3") {
        missing.push("Python 3.10 or later with venv, as `python3`");
    }
    if purpose == Purpose::Test && cfg!(target_os = "linux") && !has_program("strace") {
        missing.push("strace");
    }
    if purpose == Purpose::Test && cfg!(target_os = "linux") && !has_program("Xvfb") {
        missing.push("Xvfb, and Mesa's drivers for it");
    }
    if missing.is_empty() {
        return Ok(());
    }
    bail!("please install first:\n  {}", missing.join("\n  "))
}
