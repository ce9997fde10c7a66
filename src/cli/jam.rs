//! `jam`: hands over to the program of that name beside this one, which has a window and the sound system.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use super::failure::{Failure, Kind};

/// Run `antiphon-jam` with these arguments until its window is closed.
pub(super) fn run(args: &[OsString]) -> Result<ExitCode, Failure> {
    let name = format!("antiphon-jam{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().map(|it| it.with_file_name(&name));
    let program = beside.filter(|it| it.exists()).unwrap_or_else(|| name.into());
    let status = Command::new(&program).args(args).status().map_err(|error| {
        let error = anyhow::Error::new(error).context(format!("start {}", program.display()));
        Failure::new(
            Kind::Output,
            error,
            "put antiphon-jam beside antiphon-cli; `cargo build --release` makes both",
        )
    })?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
