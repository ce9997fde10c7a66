//! A take is the same after writing and reading, whatever is in it, and damage costs what is damaged alone.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::{Read, TextError, read, write};
use crate::score::take::{Entered, KeyAct, KeyEvent, Making, Music, Rest, Run, Whole};
use crate::score::{
    CountIn, Family, Follow, Key, Looping, Meter, Mode, Note, PackName, Part, Phrase, Pitch,
    Quantum, Remembered, Remembrance, Seed, Settings, StyleBlend, Take, Tempo, Tick, Ticks, Trade,
    Velocity,
};

fn note((onset, length, part, pitch, velocity): (i64, i64, usize, u8, u8)) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::from_slot(part).unwrap(),
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(length),
        velocity: Velocity::clamped(velocity),
    }
}

fn notes(begin: i64, end: i64) -> impl Strategy<Value = Vec<Note>> {
    vec((begin..end, 1i64..5000, 0usize..5, 0u8..128, 1u8..128).prop_map(note), 0..30).prop_map(
        |mut notes| {
            notes.sort();
            notes
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let floats = (0.5f32..1.5, 0.0f32..0.5, -2.0f32..2.0, -24.0f32..24.0);
    (any::<u64>(), floats, 0usize..30, 0usize..25, 0usize..3, 0usize..5).prop_map(
        |(seed, (temperature, min_p, density, register), style, key, quantum, choice)| {
            let mut settings = Settings {
                seed: Seed(seed),
                style: StyleBlend { first: style, second: 1, lean: min_p },
                temperature,
                min_p,
                density,
                key: Key::from_index(key),
                scale_lock: key % 2 == 0,
                quantum: [Quantum::HalfBeat, Quantum::Beat, Quantum::Bar][quantum],
                trade: Trade::ALL[choice],
                count_in: CountIn::ALL[choice],
                looping: [Looping::Repeat, Looping::GoOn][choice % 2],
                ..Settings::default()
            };
            settings.parts[1].mode =
                [Mode::Off, Mode::Play, Mode::Answer, Mode::Follow][choice % 4];
            settings.parts[1].family = Family::new(u8::try_from(key).unwrap());
            settings.parts[2].register = register;
            settings.parts[3].follow = Follow::ALL[choice];
            settings
        },
    )
}

fn key_event() -> impl Strategy<Value = KeyEvent> {
    (any::<u32>(), -1000i64..100_000, 0u8..128, 0u8..128, 0..3).prop_map(
        |(after, tick, pitch, velocity, kind)| {
            let pitch = Pitch::new(pitch).unwrap();
            let act = match kind {
                0 => {
                    let late = f32::from(velocity) / 301.0;
                    KeyAct::Down { pitch, velocity: Velocity::clamped(velocity), late }
                }
                1 => KeyAct::Up(pitch),
                _ => KeyAct::AllUp,
            };
            let part = match kind {
                2 => Part::PLAYER,
                _ => Part::from_slot(usize::from(velocity) % Part::COUNT).unwrap(),
            };
            KeyEvent { after, tick: Tick(tick), part, act }
        },
    )
}

fn take() -> impl Strategy<Value = Take> {
    let texts = (any::<String>(), any::<bool>(), any::<String>());
    let made = (vec(settings(), 0..3), vec(key_event(), 0..9), notes(0, 500), any::<bool>());
    let tempos = vec(10.0f64..1000.0, 0..4);
    (texts, made, notes(-96, 960), notes(-500, -96), tempos, -9.0f32..0.0).prop_map(
        |((name, starred, tags), (settings, keys, phrase, flag), notes, lead_in, tempos, mean)| {
            let places = || (0..).map(|it| Tick(it * 96));
            let tempos = tempos.into_iter().filter_map(Tempo::new);
            let meter = Meter::new(7, 8).unwrap();
            let mut delays: Vec<(Note, f32)> =
                notes.iter().map(|note| (*note, mean / 7.0)).collect();
            delays.dedup_by_key(|it| it.0);
            let mut notes = notes;
            notes.dedup();
            let music = Music {
                begin: Tick(-96),
                end: Tick(960),
                delays,
                notes,
                lead_in,
                tempos: places().zip(tempos).collect(),
                meters: vec![(Tick(-96), Meter::COMMON), (Tick(0), meter)],
                families: vec![(
                    Tick(0),
                    [Family::DRUMS, Family::PIANO, Family::DRUMS, Family::PIANO],
                )],
                likelihood: flag.then_some(mean),
            };
            let run = Run {
                lead: Ticks(6),
                begin: Tick(-96),
                length: Ticks(12),
                count: 7,
                bar: Tick(-96),
                meter,
            };
            let making = Making {
                pack: flag.then(|| PackName { name: "default".into(), hash: "a1".into() }),
                backend: "tract".into(),
                seed_phrase: Arc::new(Phrase::new(phrase)),
                memory: if flag { Arc::new(remembrance()) } else { Arc::default() },
                start: Tick(-96),
                bar: Tick(-96),
                meter,
                entered: if flag { Entered::Jumped } else { Entered::Started },
                settings: places().zip(settings).collect(),
                windows: vec![run],
                keys,
                rests: vec![
                    Rest { after: 3, from: Tick(1), until: Tick(5), part: None },
                    Rest { after: 4, from: Tick(9), until: Tick(12), part: Some(Part::BAND[2]) },
                ],
                ended: flag.then_some(Tick(90)),
                whole: if flag { Whole::Yes } else { Whole::No },
            };
            let name = if name.is_empty() { "x".to_owned() } else { name };
            Take { name, starred, tags, music: Arc::new(music), making: Arc::new(making) }
        },
    )
}

/// Of two notes, with shares that have no short decimals.
fn remembrance() -> Remembrance {
    let first =
        Remembered { interval: 0, gap: Remembered::BREAK, duration: 3, class: 12, phase: 0 };
    let second = Remembered { interval: -5, gap: 18, duration: 7, class: 4, phase: 90 };
    let sixth = 1.0 / 6.0;
    Remembrance { notes: vec![first, second], trust: [[[sixth; 6]; 5]; 3] }
}

fn mended(text: &str) -> Vec<String> {
    read(&format!("{{\"antiphon_take\":1,\"take\":{text}}}")).unwrap().mended
}

#[test]
fn damage_costs_what_is_damaged_alone() {
    let sound = r#"{"name":"Airy Aria","begin":0,"end":96,"notes":[[0,12,1,60,90]]"#;
    assert_eq!(mended(&format!("{sound}}}")), [""; 0]);
    let damaged = r#","tempos":[[0,1e9],[5,"x"]],"families":[[0,99,0,0,0]],"starred":7"#;
    assert_eq!(
        mended(&format!("{sound}{damaged}}}")),
        ["take Airy Aria: damaged tempos, meters or settings were left out"]
    );
    let notes = r#"{"name":"A","begin":0,"end":96,
        "notes":[[0,12,1,60,90],[0,12],[0,12,9,60,90],[96,12,1,60,90],[0,0,1,60,90],"x"]}"#;
    assert_eq!(mended(notes), ["take A: 5 impossible notes were left out"]);
    let told = mended(&format!(r#"{sound},"making":{{"start":0}}}}"#));
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("not improvised again"), "{told:?}");
}

#[test]
fn what_is_no_take_is_told() {
    let of = |text: &str| read(text).unwrap_err();
    assert!(matches!(of("{\"antiphon_take\":2}"), TextError::Newer(2)));
    for text in ["", "{}", "[]", "{\"antiphon_take\":1}"] {
        assert!(matches!(of(text), TextError::Damaged(_)), "{text}");
    }
    for take in
        ["7", "{}", r#"{"begin":0,"end":0,"notes":[]}"#, r#"{"begin":0,"end":1e99,"notes":[]}"#]
    {
        let text = format!("{{\"antiphon_take\":1,\"take\":{take}}}");
        assert!(matches!(of(&text), TextError::NoBars), "{take}");
    }
}

proptest! {
    #[test]
    fn any_take_survives(take in take()) {
        prop_assert_eq!(read(&write(&take)).unwrap(), Read { take, mended: Vec::new() });
    }

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        read(&text).ok();
        read(&format!("{{\"antiphon_take\":1,\"take\":{text}")).ok();
    }

    #[test]
    fn any_cut_or_changed_text_is_survived(take in take(), place in any::<usize>(), byte in 32u8..127) {
        let text = write(&take).into_bytes();
        let place = place % text.len();
        read(&String::from_utf8_lossy(&text[..place])).ok();
        let mut changed = text;
        changed[place] = byte;
        if let Ok(Read { take, .. }) = read(&String::from_utf8_lossy(&changed)) {
            prop_assert!(take.music.bars() >= 0);
        }
    }

    #[test]
    fn the_estimate_of_bytes_is_no_less_than_half(take in take()) {
        prop_assert!(take.bytes() * 2 > write(&take).len());
    }
}
