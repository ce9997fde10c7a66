//! Kits are read as they were written; damaged ones are refused, and never panic.

use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::*;

/// Key 36, choked by 1, one mode at 64 Hz, two control points.
pub(crate) fn small() -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    bytes.extend([VERSION, 1, 36, 1, 1, 2]);
    bytes.extend((-1250_i16).to_le_bytes());
    bytes.extend([60, 0]);
    bytes.extend(12_000_u16.to_le_bytes());
    bytes.push(4_u8.wrapping_neg());
    bytes.extend([8; NOISE_BANDS]);
    bytes.extend([10, 60]);
    bytes.extend([SILENT; NOISE_BANDS]);
    bytes.extend([110; NOISE_BANDS]);
    bytes
}

#[test]
fn a_kit_is_read() {
    let kit = DrumKit::parse(&small()).unwrap();
    let hit = kit.hit(36).unwrap();
    assert_eq!((hit.choke, hit.frames, hit.level_db), (1, 2, -12.5));
    assert!((hit.hertz[0] - 64.0).abs() < 1e-3);
    assert_eq!(hit.glide_cents, [1200.0, 0.0]);
    assert_eq!((hit.mode_softer_db[0], hit.band_softer_db[24]), (-1.0, 2.0));
    assert_eq!(hit.modes, [Some(0.0), Some(-20.0)]);
    assert_eq!((hit.noise[0], hit.noise[NOISE_BANDS]), (None, Some(-40.0)));
    assert!(kit.hit(35).is_none() && kit.hit(37).is_none());
}

#[test]
fn damaged_kits_are_refused() {
    let said = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = small();
        change(&mut bytes);
        DrumKit::parse(&bytes).unwrap_err().to_string()
    };
    assert!(said(&|it| it[0] = b'B').contains("mark"));
    assert!(said(&|it| it.truncate(5)).contains("mark"));
    assert!(said(&|it| it[4] = 2).contains("version is 2"));
    assert!(said(&|it| it.truncate(it.len() - 1)).contains("middle of hit 0"));
    assert!(said(&|it| it.push(0)).contains("1 bytes follow"));
    assert!(said(&|it| it[6] = 128).contains("`key` of hit 0 is 128"));
    assert!(said(&|it| it[9] = 41).contains("`frames` of hit 0 is 41"));
    assert!(said(&|it| it[8] = 129).contains("`modes` of hit 0 is 129"));
    assert!(said(&|it| it[11] = 100).contains("`level` of hit 0"));
    assert!(said(&|it| it[15] = 255).contains("`hertz` of hit 0"));
    let twice = said(&|it| {
        let again = it[6..].to_vec();
        it.extend(again);
        it[5] = 2;
    });
    assert!(twice.contains("`key` of hit 1 is 36"), "{twice}");
}

#[test]
fn the_embedded_kit_has_the_hits_of_general_midi() {
    let kit = crate::pack::Pack::embedded().unwrap().drum_kit.unwrap();
    assert!((35..=81).all(|key| kit.hit(key).is_some()));
    let hats = [42, 44, 46].map(|key| kit.hit(key).unwrap().choke);
    assert!(hats[0] != 0 && hats.iter().all(|it| *it == hats[0]), "{hats:?}");
    assert!(kit.hit(36).unwrap().glide_cents[0] > 300.0, "a bass drum falls in pitch");
    assert!(kit.hit(42).unwrap().frames < kit.hit(46).unwrap().frames, "an open hi-hat rings on");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(
        cut in 0..120usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = small();
        bytes.truncate(cut);
        for (place, value) in flips {
            if !bytes.is_empty() {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
        }
        DrumKit::parse(&bytes).ok();
    }
}
