//! The window without a host; see `src/standalone.rs`.

fn main() -> std::process::ExitCode {
    antiphon::standalone::run()
}
