//! Values of controls as a musician reads and types them.

use crate::score::{ChordWish, Family, Key};

const MODES: [&str; 4] = ["Off", "Play", "Answer", "Follow"];
const FOLLOWS: [&str; 5] = ["Above", "Below", "Bass", "Octave up", "Octave down"];
const COUNT_INS: [&str; 5] = ["None", "1 bar", "2 bars", "4 bars", "8 bars"];
const LOOPINGS: [&str; 2] = ["Repeat", "Go on"];
const OMNI: &str = "All";
const TRADES: [&str; 5] = ["Phrase", "1 bar", "2 bars", "4 bars", "8 bars"];
const QUANTA: [&str; 3] = ["Half beat", "Beat", "Bar"];
const OPEN: &str = "Open";
const AUTO: &str = "Auto";
const AS_PLAYED: &str = "As I play";

pub(super) fn style(titles: &[String], value: i32) -> String {
    let last = titles.len().saturating_sub(1);
    let place = usize::try_from(value).unwrap_or(0).min(last);
    titles.get(place).cloned().unwrap_or_else(|| format!("Style {}", value + 1))
}

pub(super) fn parse_style(titles: &[String], text: &str) -> Option<i32> {
    let place = titles.iter().position(|title| is(title, text));
    place.or_else(|| number::<usize>(text)?.checked_sub(1)).and_then(|place| place.try_into().ok())
}

pub(super) fn percent(value: f32) -> String {
    format!("{:.0} %", value * 100.0)
}

/// `150`, `150 %` or, as a factor, `1.5x`.
pub(super) fn parse_percent(text: &str) -> Option<f32> {
    const TIMES: [char; 3] = ['×', 'x', 'X'];
    let text = text.trim();
    if text.starts_with(TIMES) || text.ends_with(TIMES) {
        return parse_number(text.trim_matches(TIMES));
    }
    Some(number::<f32>(text.trim_end_matches('%'))? / 100.0)
}

/// In standard deviations from what is usual in the style.
pub(super) fn wish(value: f32) -> String {
    if value.abs() < 0.025 { String::from(OPEN) } else { format!("{value:+.2}") }
}

pub(super) fn parse_wish(text: &str) -> Option<f32> {
    if is(OPEN, text) { Some(0.0) } else { parse_number(text) }
}

pub(super) fn key(value: i32) -> String {
    let place = usize::try_from(value - 1).ok();
    place.and_then(Key::from_index).map_or_else(|| String::from(OPEN), Key::name)
}

/// In either spelling of its tonic.
pub(super) fn parse_key(text: &str) -> Option<i32> {
    if is(OPEN, text) {
        return Some(0);
    }
    Key::parse(text).and_then(|key| i32::try_from(key.index() + 1).ok())
}

pub(super) fn chord(value: i32) -> String {
    match usize::try_from(value).ok().and_then(ChordWish::from_index) {
        Some(ChordWish::Chord(chord)) => chord.name(),
        Some(ChordWish::Player) => String::from(AS_PLAYED),
        Some(ChordWish::Open) | None => String::from(OPEN),
    }
}

pub(super) fn parse_chord(text: &str) -> Option<i32> {
    let last = i32::try_from(ChordWish::COUNT).ok()?;
    (0..last).find(|value| is(&chord(*value), text))
}

pub(super) fn quantum(value: i32) -> String {
    named(&QUANTA, value)
}

pub(super) fn parse_quantum(text: &str) -> Option<i32> {
    place(&QUANTA, text)
}

pub(super) fn trade(value: i32) -> String {
    named(&TRADES, value)
}

pub(super) fn parse_trade(text: &str) -> Option<i32> {
    place(&TRADES, text)
}

pub(super) fn follow(value: i32) -> String {
    named(&FOLLOWS, value)
}

pub(super) fn parse_follow(text: &str) -> Option<i32> {
    place(&FOLLOWS, text)
}

pub(super) fn count_in(value: i32) -> String {
    named(&COUNT_INS, value)
}

pub(super) fn parse_count_in(text: &str) -> Option<i32> {
    place(&COUNT_INS, text)
}

pub(super) fn looping(value: i32) -> String {
    named(&LOOPINGS, value)
}

pub(super) fn parse_looping(text: &str) -> Option<i32> {
    place(&LOOPINGS, text)
}

pub(super) fn channel(value: i32) -> String {
    if value == 0 { String::from(OMNI) } else { value.to_string() }
}

pub(super) fn parse_channel(text: &str) -> Option<i32> {
    if is(OMNI, text) { Some(0) } else { number(text).filter(|it| (1..=16).contains(it)) }
}

pub(super) fn factor(value: f32) -> String {
    format!("× {value:.2}")
}

pub(super) fn parse_factor(text: &str) -> Option<f32> {
    parse_number(text.trim().trim_start_matches(['×', 'x']))
}

/// Quarter notes a minute.
pub(super) fn parse_tempo(text: &str) -> Option<f32> {
    parse_number(text.trim().trim_end_matches("bpm"))
}

pub(super) fn min_p(value: f32) -> String {
    if value < 0.0025 { String::from("Off") } else { format!("{value:.3}") }
}

pub(super) fn mode(value: i32) -> String {
    named(&MODES, value)
}

pub(super) fn parse_mode(text: &str) -> Option<i32> {
    place(&MODES, text)
}

pub(super) fn family(value: i32) -> String {
    let place = u8::try_from(value - 1).ok().and_then(Family::new);
    String::from(place.map_or(AUTO, Family::name))
}

pub(super) fn parse_family(text: &str) -> Option<i32> {
    (0..=17).find(|value| is(&family(*value), text))
}

/// In semitones from the style's usual register.
pub(super) fn register(value: i32) -> String {
    if value == 0 { String::from("Usual") } else { format!("{value:+} st") }
}

pub(super) fn parse_register(text: &str) -> Option<i32> {
    if is("Usual", text) { Some(0) } else { number(text.trim().trim_end_matches("st")) }
}

/// Without the unit, which the host adds.
pub(super) fn level(value: f32) -> String {
    if value <= super::LEVEL_DB.0 { String::from("-inf") } else { format!("{value:.1}") }
}

pub(super) fn parse_level(text: &str) -> Option<f32> {
    let text = text.trim().trim_end_matches("dB");
    if text.trim().starts_with("-inf") { Some(super::LEVEL_DB.0) } else { parse_number(text) }
}

pub(super) fn pan(value: f32) -> String {
    match (value * 100.0).round() {
        0.0 => String::from("C"),
        side if side < 0.0 => format!("L {:.0}", -side),
        side => format!("R {side:.0}"),
    }
}

pub(super) fn parse_pan(text: &str) -> Option<f32> {
    let text = text.trim();
    match text.chars().next()?.to_ascii_lowercase() {
        'c' => Some(0.0),
        'l' => Some(-number::<f32>(&text[1..])? / 100.0),
        'r' => Some(number::<f32>(&text[1..])? / 100.0),
        _ => parse_number(text),
    }
}

pub(super) fn parse_switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "yes" | "true" | "1" => Some(true),
        "off" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// A finite number.
pub(super) fn parse_number(text: &str) -> Option<f32> {
    number::<f32>(text).filter(|number| number.is_finite())
}

/// The name of a value of a list; the last for one beyond it.
fn named(names: &[&str], value: i32) -> String {
    let place = usize::try_from(value).unwrap_or(0).min(names.len() - 1);
    String::from(names[place])
}

fn place(names: &[&str], text: &str) -> Option<i32> {
    names.iter().position(|name| is(name, text)).and_then(|place| place.try_into().ok())
}

/// With a point or, as half the world writes it, a comma before the fraction.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.replacen(',', ".", 1).parse().ok())
}

fn is(name: &str, typed: &str) -> bool {
    name.eq_ignore_ascii_case(typed.trim())
}
