//! The figures of the README: measured on the built bundles, gathered in one table with machine and date.

pub mod machine;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::bundle::{Bundles, bundle, program};
use crate::hosts::{self, Format};
use crate::shell::{SELECTION, cargo, output, root, say, target, write};
use crate::stages::python::Environment;

const PROFILE: &str = "release";
/// Bars of the bounce and of the live callback.
const BARS: u32 = 32;
/// Frames a block in the live callback.
const BLOCK: u64 = 64;

/// Measure, write `target/bench/figures.json` and `figures.md`, and put the table into the README.
pub fn bench(as_json: bool) -> Result<()> {
    let bundles = bundle(PROFILE)?;
    let figures = json!({
        "machine": machine::name(),
        "date": machine::today()?,
        "note": bench_program("note")?,
        "synth": bench_program("synth")?,
        "orchestra": bench_program("orchestra")?,
        "bounce": bounce()?,
        "clap": live(Format::Clap, &bundles)?,
        "vst3": live(Format::Vst3, &bundles)?,
        "bundle_bytes": size(&bundles.clap)?,
    });
    let table = table(&figures);
    let folder = target()?.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    write(&folder.join("figures.json"), serde_json::to_string_pretty(&figures)?)?;
    write(&folder.join("figures.md"), &table)?;
    put_into_readme(&table)?;
    say(&if as_json { figures.to_string() } else { table });
    Ok(())
}

/// What a program under `benches/` prints: its last line is JSON. Null if there is no such program.
fn bench_program(name: &str) -> Result<Value> {
    if !root().join(format!("benches/{name}.rs")).exists() {
        return Ok(Value::Null);
    }
    let library = Environment::make()?.native_runtime()?;
    let mut command = cargo();
    command.arg("bench").args(SELECTION).args(["--bench", name]);
    let text = output(command.env("ANTIPHON_TEST_ORT", library))?;
    let line = text.lines().rev().find(|line| line.starts_with('{'));
    let line = line.with_context(|| format!("the bench `{name}` prints no figures"))?;
    serde_json::from_str(line).with_context(|| format!("read what the bench `{name}` prints"))
}

/// Notes a second and times real time on the command line.
fn bounce() -> Result<Value> {
    let out = target()?.join("bench/bounce");
    let mut command = Command::new(program(PROFILE, "antiphon-cli")?);
    command.args(["bounce", "--json", "--quiet", "--force", "--bars", &BARS.to_string()]);
    let text = output(command.arg("--out").arg(out))?;
    let report: Value = serde_json::from_str(&text).context("read the report of a bounce")?;
    Ok(report["speed"].clone())
}

/// The callback of a live instance with four parts, the time to a first instance, and memory.
fn live(format: Format, bundles: &Bundles) -> Result<Value> {
    let session = json!({
        "pace": "real_time", "blocks": [BLOCK], "wait_secs": 2.0,
        "parameters": [{ "parameter": "dens", "value": 1.0 }],
        "play_frames": u64::from(BARS) * 96_000, "tail_frames": 0,
    });
    let report = hosts::play(PROFILE, format, bundles, &json!({ "sessions": [session] }))?;
    Ok(json!({
        "start_ms": report["start_ms"],
        "peak_kib": report["peak_kib"],
        "calls": report["sessions"][0]["calls"],
    }))
}

fn size(bundle: &Path) -> Result<u64> {
    let about = || format!("measure {}", bundle.display());
    Ok(std::fs::metadata(bundle).with_context(about)?.len())
}

fn table(figures: &Value) -> String {
    let number = |path: &str, digits: usize| match figures.pointer(path).and_then(Value::as_f64) {
        Some(value) => format!("{value:.digits$}"),
        None => "not measured".to_owned(),
    };
    let scaled = |path: &str, by: f64, digits: usize| {
        let value = figures.pointer(path).and_then(Value::as_f64);
        value.map_or("not measured".to_owned(), |value| format!("{:.digits$}", value / by))
    };
    let micros = |format: &str| {
        let part = |name: &str| number(&format!("/{format}/calls/{name}"), 0);
        format!("{} / {} / {}", part("p50"), part("p999"), part("max"))
    };
    let note = |runtime: &str| {
        let part = |name: &str| number(&format!("/note/{runtime}/{name}"), 2);
        format!("{} / {}", part("median_ms"), part("p99_ms"))
    };
    let mut rows = vec![
        ("ms a note, embedded runtime: median / p99".to_owned(), note("embedded")),
        ("ms a note, ONNX Runtime: median / p99".to_owned(), note("native")),
        ("notes a second, embedded / ONNX Runtime".to_owned(), {
            let part = |name: &str| number(&format!("/note/{name}/notes_a_second"), 0);
            format!("{} / {}", part("embedded"), part("native"))
        }),
        ("bounce, times real time".to_owned(), number("/bounce/times_real_time", 1)),
        ("bounce, notes a second with their sound".to_owned(), number("/bounce/notes_a_second", 0)),
        (format!("live callback, µs at {BLOCK} frames, CLAP: p50 / p99.9 / max"), micros("clap")),
        (format!("live callback, µs at {BLOCK} frames, VST3: p50 / p99.9 / max"), micros("vst3")),
        ("to a first instance, CLAP, ms".to_owned(), number("/clap/start_ms", 0)),
        ("from there until the pack is open, ms".to_owned(), number("/note/embedded/open_ms", 0)),
        ("most memory of a host with one instance, MB".to_owned(), {
            scaled("/clap/peak_kib", 1000.0 / 1.024, 0)
        }),
        ("bundle, MB".to_owned(), scaled("/bundle_bytes", 1e6, 1)),
    ];
    rows.extend(synth_rows(&figures["synth"]));
    rows.extend(orchestra_rows(&figures["orchestra"]));
    let mut table = format!(
        "{}, {}. A callback of {BLOCK} frames at 48 kHz has {:.0} µs.\n\n| figure | value |\n|---|---|\n",
        figures["machine"].as_str().unwrap_or("an unknown machine"),
        figures["date"].as_str().unwrap_or("at an unknown date"),
        BLOCK as f64 / 0.048,
    );
    for (name, value) in rows {
        table.push_str(&format!("| {name} | {value} |\n"));
    }
    table
}

/// The synth alone, with 32 voices held.
fn synth_rows(synth: &Value) -> Vec<(String, String)> {
    let micros = |name: &str| synth["callback_micros"][name].as_f64().unwrap_or(f64::NAN);
    let name =
        format!("synth alone, 4 parts and 32 voices, µs at {BLOCK} frames: p50 / p99.9 / max");
    vec![(name, format!("{:.0} / {:.0} / {:.0}", micros("p50"), micros("p999"), micros("max")))]
}

/// The synth beside fluidsynth; what was missing, if it was not measured.
fn orchestra_rows(orchestra: &Value) -> Vec<(String, String)> {
    let ratio = |name: &str| {
        let ratio = orchestra["of_fluidsynth"][name].as_f64();
        ratio.map_or("not measured".to_owned(), |ratio| format!("{ratio:.2}"))
    };
    let widest = orchestra["widest"].as_str().unwrap_or("widest");
    let name = format!("processor time of fluidsynth's for a piece in 8 parts, {widest} / plain");
    let value = match orchestra["against"]["missing"].as_str() {
        Some(missing) => format!("not measured: {missing}"),
        None => format!("{} / {}", ratio("widest"), ratio("plain")),
    };
    vec![(name, value)]
}

/// Replace what stands between the marks of the README.
fn put_into_readme(table: &str) -> Result<()> {
    const OPEN: &str = "<!-- figures -->";
    const CLOSE: &str = "<!-- /figures -->";
    let path = root().join("README.md");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let Some((before, rest)) = text.split_once(OPEN) else { return Ok(()) };
    let Some((_, after)) = rest.split_once(CLOSE) else { return Ok(()) };
    write(&path, format!("{before}{OPEN}\n{table}\nMade by `cargo xtask bench`.\n{CLOSE}{after}"))
}
