//! Values as people write them.

use super::*;

#[test]
fn keys_are_read() {
    let check = |text: &str, expected: Option<&str>| {
        assert_eq!(key(text).ok().map(Key::name).as_deref(), expected, "{text}");
    };
    check("D minor", Some("D minor"));
    check("dm", Some("D minor"));
    check("Eb", Some("Eb major"));
    check("eb MAJOR", Some("Eb major"));
    check("D# min", Some("Eb minor"));
    check("Cb maj", Some("B major"));
    check("b", Some("B major"));
    check("Bb", Some("Bb major"));
    check("bm", Some("B minor"));
    check("F♯ minor", Some("F# minor"));
    check("Ab minor", Some("G# minor"));
    check("C# major", Some("Db major"));
    check("Gb", Some("F# major"));
    check("D#m", Some("Eb minor"));
    check("DM", Some("D major"));
    check("ebM", Some("Eb major"));
    check("D MIN", Some("D minor"));
    check("H major", None);
    check("D dorian", None);
    check("", None);
    for index in 0..24 {
        let name = Key::from_index(index).unwrap().name();
        check(&name, Some(&name));
    }
}

#[test]
fn a_share_is_a_number_or_percent() {
    for (text, expected) in [("1.5", 1.5), ("150%", 1.5), ("150 %", 1.5), ("2", 2.0), ("0", 0.0)] {
        assert_eq!(share::<200>(text), Ok(expected), "{text}");
    }
    for wrong in ["150", "201%", "-1", "much", "%"] {
        let told = share::<200>(wrong).unwrap_err().to_string();
        assert_eq!(told, "expected a share from 0 to 2, or with a sign one from 0% to 200%");
    }
}

#[test]
fn chords_are_read_however_people_write_them() {
    let check = |text: &str, expected: Option<&str>| {
        let found = chord(text).ok().map(|it| match it {
            ChordWish::Chord(chord) => chord.name(),
            other => format!("{other:?}"),
        });
        assert_eq!(found.as_deref(), expected, "{text}");
    };
    check("open", Some("Open"));
    check("player", Some("Player"));
    check("Db7", Some("C#7"));
    check("Gbmaj7", Some("F#maj7"));
    check("G#m", Some("Abm"));
    check("A#7", Some("Bb7"));
    check("Dmin7", Some("Dm7"));
    check("dm7", Some("Dm7"));
    check("CM7", Some("Cmaj7"));
    check("C-", Some("Cm"));
    check("Bo", Some("Bdim"));
    check("F+", Some("Faug"));
    check("Gsus", Some("Gsus4"));
    for wrong in ["", "H", "C13", "Dm7b5", "major", "C/E"] {
        check(wrong, None);
    }
    for index in 0..Chord::COUNT {
        let name = Chord::from_index(index).unwrap().name();
        check(&name, Some(&name));
    }
}

#[test]
fn bars_are_read() {
    assert_eq!(bars("5-8"), Ok((5, 8)));
    assert_eq!(bars(" 3 "), Ok((3, 3)));
    for wrong in ["0-4", "8-5", "", "-", "a-b", "1-2-3"] {
        assert_eq!(bars(wrong), Err(ValueError::Bars), "{wrong}");
    }
}

#[test]
fn meters_and_tempos_are_read() {
    assert_eq!(meter("12/8"), Ok(Meter::new(12, 8).unwrap()));
    for wrong in ["4", "4/3", "0/4", "4/4/4", "x/y", "999/4"] {
        assert_eq!(meter(wrong), Err(ValueError::Meter), "{wrong}");
    }
    assert_eq!(tempo("92.5"), Ok(Tempo::new(92.5).unwrap()));
    for wrong in ["9", "1001", "fast", "nan", "inf"] {
        assert_eq!(tempo(wrong), Err(ValueError::Tempo), "{wrong}");
    }
}

#[test]
fn numbers_are_those_of_the_plugin() {
    assert_eq!(stepped::<-200, 200, 100>("-2"), Ok(-2.0));
    assert_eq!(stepped::<50, 150, 100>("0.7312"), Ok(0.73));
    assert_eq!(stepped::<0, 50, 1000>("0.0204"), Ok(0.02));
    for wrong in ["-2.01", "nan", "inf", "", "two"] {
        let expected = Err(ValueError::Number { low: -2.0, high: 2.0 });
        assert_eq!(stepped::<-200, 200, 100>(wrong), expected, "{wrong}");
    }
}

#[test]
fn styles_are_read() {
    let check = |text: &str, first: &str, second: Option<(&str, f32)>| {
        let second = second.map(|(name, lean)| (name.to_owned(), lean));
        assert_eq!(text.parse(), Ok(StyleArg { first: first.to_owned(), second }), "{text}");
    };
    check("chorale", "chorale", None);
    check("chorale,ragtime", "chorale", Some(("ragtime", 0.5)));
    check("chorale, ragtime:0.25", "chorale", Some(("ragtime", 0.25)));
    for wrong in ["", ",", "a,", ",b", "a,b:2", "a,b:", "a,b:x"] {
        assert!(wrong.parse::<StyleArg>().is_err(), "{wrong}");
    }
    let alone = "chorale:0.3".parse::<StyleArg>().unwrap_err();
    assert!(alone.to_string().contains("only the second of two styles"), "{alone}");
}

#[test]
fn parts_are_read() {
    let part: PartArg =
        "2=play,family=Synth lead,register=-12,level=-3,pan=0.2,solo".parse().unwrap();
    assert_eq!(part.part, Part::BAND[1]);
    assert_eq!(part.family.map(Family::name), Some("Synth lead"));
    assert_eq!((part.register, part.level_db, part.pan), (-12.0, -3.0, 0.2));
    assert_eq!((part.mode, part.hearing), (Mode::Play, Hearing::Solo));
    assert_eq!("4=off".parse::<PartArg>().unwrap().mode, Mode::Off);
    assert_eq!("1=play,family=auto".parse::<PartArg>().unwrap().family, None);

    for follow in Follow::ALL {
        let part: PartArg = format!("2={},family=flute", follow_word(follow)).parse().unwrap();
        assert_eq!((part.mode, part.follow), (Mode::Follow, follow));
    }
    assert_eq!("1=follow".parse::<PartArg>().unwrap().follow, Follow::Above);

    let check = |text: &str, expected: &str| {
        assert_eq!(text.parse::<PartArg>().unwrap_err().to_string(), expected, "{text}");
    };
    let part = "expected a part such as `1=play,family=bass,register=-12,level=-3,pan=0.2`";
    let number = |found: &str| {
        format!(
            "there is no part `{found}`: expected a part such as `1=play,family=bass`, from 1 to 4"
        )
    };
    check("5=play", &number("5"));
    check("0=play", &number("0"));
    check("play", part);
    check("x=play", &number("x"));
    check(
        "1=loud",
        "expected `play`, `answer`, `off` or `follow-` with above, below, bass, octave-up or octave-down as the mode, found `loud`",
    );
    check("1=play,pan=2", "pan: expected a number from -1 to 1");
    check(
        "1=play,tone=2",
        "expected family, timbre, register, level, pan, mute or solo, found `tone`",
    );
    let error = "1=play,family=kazoo".parse::<PartArg>().unwrap_err().to_string();
    assert!(error.starts_with("expected a family, found `kazoo`; there are auto, piano, mallets"));
    assert!(error.ends_with("effects, drums"));
}

#[test]
fn a_track_is_given_a_timbre() {
    let named = |name: &str| TimbreArg::Named(name.to_owned());
    assert_eq!(track_timbre("2=clarinet"), Ok((2, named("clarinet"))));
    for wrong in ["clarinet", "0=clarinet", "x=clarinet", "2=", "=clarinet", ""] {
        assert_eq!(track_timbre(wrong), Err(ValueError::TrackTimbre), "{wrong}");
    }
}

#[test]
fn a_timbre_is_a_name_a_blend_or_a_point() {
    let blend = |share| TimbreArg::Blend("clarinet".to_owned(), "flute".to_owned(), share);
    assert_eq!("clarinet+flute:0.25".parse(), Ok(blend(0.25)));
    assert_eq!(" clarinet + flute ".parse(), Ok(blend(0.5)));
    assert_eq!("0.31/0.7204".parse(), Ok(TimbreArg::At(0.31, 0.72)));
    assert_eq!("fm_piano".parse(), Ok(TimbreArg::Named("fm_piano".to_owned())));
    for wrong in ["", "+", "oboe+", "oboe:0.5", "a+b+c", "a+b:2", "a+b:x", "0.3/", "0.3/1.2", "x/y"]
    {
        assert_eq!(wrong.parse::<TimbreArg>(), Err(ValueError::Timbre), "{wrong}");
    }
    let part: PartArg = "2=play,timbre=oboe+flute:0.4,level=-3".parse().unwrap();
    let oboe = TimbreArg::Blend("oboe".to_owned(), "flute".to_owned(), 0.4);
    assert_eq!((part.timbre, part.level_db), (Some(oboe), -3.0));
}
