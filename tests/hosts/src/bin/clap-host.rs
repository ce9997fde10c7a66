//! Plays a script to a CLAP bundle and prints what came out.

fn main() -> std::process::ExitCode {
    antiphon_hosts::host_main::<antiphon_hosts::clap::ClapBundle>().into()
}
