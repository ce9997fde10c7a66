//! The command line; see `src/cli.rs`.

fn main() -> std::process::ExitCode {
    antiphon::cli::run()
}
