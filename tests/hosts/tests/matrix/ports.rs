//! Names and ports, the same in both formats.

use antiphon_hosts::report::{Inventory, Port};
use antiphon_hosts::script::{Script, Session};

use crate::stage::{FORMATS, Format, play};

fn inventory(format: Format, plugin: Option<&str>) -> Inventory {
    let session = Session { plugin: plugin.map(Into::into), ..Session::default() };
    let script = Script { inventory: true, sessions: vec![session], ..Script::default() };
    let report = play(format, &script);
    assert_eq!(report.plugins, ["Antiphon", "Antiphon Notes"], "{format:?}");
    report.inventory.unwrap()
}

fn ports(names: &[&str]) -> Vec<Port> {
    names.iter().map(|name| Port { name: (*name).into(), channels: 2 }).collect()
}

#[test]
fn the_instrument_has_a_mix_and_a_port_for_each_part() {
    for format in FORMATS {
        let inventory = inventory(format, None);
        assert_eq!(inventory.name, "Antiphon");
        assert_eq!(inventory.audio_inputs, [], "{format:?}");
        let outputs = ports(&["Mix", "Part 1", "Part 2", "Part 3", "Part 4"]);
        assert_eq!(inventory.audio_outputs, outputs, "{format:?}");
        assert_eq!(inventory.note_inputs.len(), 1, "{format:?}");
        assert_eq!(inventory.note_outputs.len(), 1, "{format:?}");
    }
}

#[test]
fn the_note_effect_has_a_silent_pair_at_most() {
    for format in FORMATS {
        let inventory = inventory(format, Some("Antiphon Notes"));
        assert_eq!(inventory.name, "Antiphon Notes");
        assert_eq!(inventory.audio_outputs.len(), 1, "{format:?}");
        assert_eq!(inventory.audio_outputs[0].channels, 2, "{format:?}");
    }
}

#[test]
fn both_formats_show_the_same_parameters_and_latency() {
    for plugin in ["Antiphon", "Antiphon Notes"] {
        let [clap, vst3] = FORMATS.map(|format| inventory(format, Some(plugin)));
        assert_eq!(clap.latency, vst3.latency, "{plugin}");
        let shown = |inventory: &Inventory| {
            let mut rows: Vec<(u32, String, String)> = inventory
                .parameters
                .iter()
                .map(|parameter| (parameter.id, parameter.name.clone(), parameter.text.clone()))
                .collect();
            rows.sort();
            rows
        };
        // The framework adds nothing of its own to either format that hosts would list.
        assert_eq!(shown(&clap), shown(&vst3), "{plugin}");
        // VST3 hands controllers on as parameters: two pedals, two that end all notes and the wheel, on each channel.
        assert_eq!((clap.hidden.len(), vst3.hidden.len()), (0, 128), "{:?}", vst3.hidden);
    }
}
