//! Plays a script to a VST3 bundle and prints what came out.

fn main() -> std::process::ExitCode {
    antiphon_hosts::host_main::<antiphon_hosts::vst3::Vst3Bundle>().into()
}
