//! What the window costs in hosts: opened and closed fifty times, open while it plays and while nothing happens, on a display that nobody sees.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::bench::machine;
use crate::bundle::{Bundles, bundle};
use crate::display::Display;
use crate::hosts::{self, Format};
use crate::shell::{root, say, write};

const RATE: u64 = 48_000;
const BLOCK: u64 = 256;
/// Seconds of each stretch.
const SECS: u64 = 20;
const SIZE: (u32, u32) = (1280, 800);

/// Measure both formats with that cargo profile, and put the table into `docs/window.md`.
pub fn window(profile: &str) -> Result<()> {
    let bundles = bundle(profile)?;
    let display = Display::start(&[])?;
    let mut rows = Vec::new();
    for format in Format::ALL {
        rows.extend(measure(profile, format, &bundles, &display)?);
    }
    let mut table = format!(
        "{}, {}, profile {profile}; Mesa's software renderer on the same processor that plays and composes, {BLOCK} frames a callback at 48 kHz ({:.0} µs).\n\n| figure | value |\n|---|---|\n",
        machine::name(),
        machine::today()?,
        BLOCK as f64 / 0.048,
    );
    for (name, value) in rows {
        table.push_str(&format!("| {name} | {value} |\n"));
    }
    say(&table);
    put_into_page(&table)
}

fn measure(
    profile: &str,
    format: Format,
    bundles: &Bundles,
    display: &Display,
) -> Result<Vec<(String, String)>> {
    let name = format.name();
    let play = |sessions: Value| -> Result<Value> {
        say(&format!("{name}: {SECS} s and more"));
        let script = json!({ "sessions": sessions });
        let report = hosts::play_in(profile, format, bundles, &script, &display.environment())?;
        Ok(report["sessions"].clone())
    };
    let size = [SIZE.0, SIZE.1];
    let fifty = json!({ "openings": 50, "open_ms": 300, "closed_ms": 50,
        "sizes": [[1000, 680], [1100, 700], size], "scales": [1.0, 1.5, 1.0] });
    let stays = json!({ "stays": true, "sizes": [size] });
    let plain = play(json!([session(true, None)]))?;
    let opened = session(true, Some(&fifty));
    let opened = play(json!([opened.clone(), opened]))?;
    let playing = play(json!([session(true, Some(&stays))]))?;
    let idle = play(json!([session(false, Some(&stays))]))?;
    for session in opened.as_array().into_iter().flatten() {
        let refusals = &session["editor"]["refusals"];
        ensure!(refusals == &json!([]), "the window did not open: {refusals}");
    }
    let micros = |session: &Value| {
        let part = |name: &str| session["calls"][name].as_f64().unwrap_or(f64::NAN);
        format!("{:.0} / {:.0} / {:.0}", part("p50"), part("p999"), part("max"))
    };
    let resident = |session: &Value| {
        let all = &session["editor"]["resident_kib"];
        let mib = |index: usize| all[index].as_f64().unwrap_or(f64::NAN) / 1024.0;
        format!("{:.0} / {:.0} / {:.0}", mib(0), mib(19), mib(49))
    };
    let painting = |session: &Value| session["editor"]["painting"].clone();
    let (busy, quiet) = (painting(&playing[0]), painting(&idle[0]));
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let rate = |value: &Value| number(&value["frames"]) / number(&value["secs"]);
    let notes = |session: &Value| session["notes"].as_array().map_or(0, Vec::len);
    let rows = [
        ("callback without a window, µs: p50 / p99.9 / max", micros(&plain[0])),
        ("callback with a window that stays open", micros(&playing[0])),
        ("callback of the first of two instances, windows opened 50 times", micros(&opened[0])),
        (
            "notes played without a window / with one",
            format!("{} / {}", notes(&plain[0]), notes(&playing[0])),
        ),
        ("opening, ms: median / longest", {
            let took = &opened[0]["editor"]["open_ms"];
            format!("{:.0} / {:.0}", number(&took[0]), number(&took[1]))
        }),
        ("resident memory of both after 1 / 20 / 50 openings, MiB", resident(&opened[0])),
        (
            "open and playing at 1280 × 800: share of a core",
            format!("{:.0} %", 100.0 * number(&busy["core_share"])),
        ),
        ("the same: frames a second", format!("{:.1}", rate(&busy))),
        ("the same: processor time a frame, ms: median / p99", {
            let cost = &busy["frame_ms"];
            format!("{:.1} / {:.1}", number(&cost[0]), number(&cost[1]))
        }),
        (
            "open and nothing happens: share of a core",
            format!("{:.2} %", 100.0 * number(&quiet["core_share"])),
        ),
        (
            "the same: frames in all, and seconds",
            format!("{} in {:.0}", quiet["frames"], number(&quiet["secs"])),
        ),
    ];
    Ok(rows.into_iter().map(|(row, value)| (format!("{name}: {row}"), value)).collect())
}

/// One that plays, or stands still for as long.
fn session(plays: bool, editor: Option<&Value>) -> Value {
    let (wait, frames) = if plays { (1, SECS * RATE) } else { (SECS, 0) };
    json!({ "pace": "real_time", "blocks": [BLOCK], "wait_secs": wait, "play_frames": frames, "editor": editor })
}

/// Replace what stands between the marks of the page.
fn put_into_page(table: &str) -> Result<()> {
    const OPEN: &str = "<!-- figures -->";
    const CLOSE: &str = "<!-- /figures -->";
    let path = root().join("docs/window.md");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let (before, rest) =
        text.split_once(OPEN).context("docs/window.md has no place for figures")?;
    let (_, after) = rest.split_once(CLOSE).context("the place for figures does not end")?;
    write(&path, format!("{before}{OPEN}\n{table}{CLOSE}{after}"))
}
