//! What sets the two plugins of the bundle apart. Ids are frozen: songs refer to them.

use std::num::NonZeroU32;

use nice_plug::prelude::{AudioIOLayout, ClapFeature, PortNames, Vst3SubCategory, new_nonzero_u32};

use crate::engine::audio::renderer::Sound;
use crate::score::Part;

/// A plugin of the bundle.
pub(crate) trait Kind: Send + 'static {
    const NAME: &'static str;
    const DESCRIPTION: &'static str;
    const CLAP_ID: &'static str;
    const CLAP_FEATURES: &'static [ClapFeature];
    const VST3_CLASS_ID: [u8; 16];
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory];
    const LAYOUTS: &'static [AudioIOLayout];
    const SOUND: Sound;
}

/// With a synth, a mix and one output a part.
pub(crate) struct Instrument;

/// Notes in and out, for instruments of the musician's own. It has a silent stereo output, because VST3 hosts list no
/// plugin without one as a source of notes.
pub(crate) struct NoteEffect;

impl Kind for Instrument {
    const NAME: &'static str = "Antiphon";
    const DESCRIPTION: &'static str = "An improvising partner with a sound of its own";
    const CLAP_ID: &'static str = "audio.antiphon.antiphon";
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::Instrument, ClapFeature::Synthesizer, ClapFeature::Stereo];
    const VST3_CLASS_ID: [u8; 16] = *b"AntiphonPartner1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth];
    const LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        aux_output_ports: &[new_nonzero_u32(2); Part::BAND_SIZE],
        names: PortNames {
            layout: Some("Mix and parts"),
            aux_outputs: &["Part 1", "Part 2", "Part 3", "Part 4"],
            ..MIX_ONLY.names
        },
        ..MIX_ONLY
    }];
    const SOUND: Sound = Sound::Synth;
}

impl Kind for NoteEffect {
    const NAME: &'static str = "Antiphon Notes";
    const DESCRIPTION: &'static str = "An improvising partner for instruments of your own";
    const CLAP_ID: &'static str = "audio.antiphon.notes";
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::NoteEffect, ClapFeature::Utility, ClapFeature::Stereo];
    const VST3_CLASS_ID: [u8; 16] = *b"AntiphonNotesFx1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Tools];
    const LAYOUTS: &'static [AudioIOLayout] = &[MIX_ONLY];
    const SOUND: Sound = Sound::Silent;
}

const MIX_ONLY: AudioIOLayout = AudioIOLayout {
    main_input_channels: None,
    main_output_channels: NonZeroU32::new(2),
    aux_input_ports: &[],
    aux_output_ports: &[],
    names: PortNames {
        layout: Some("Mix"),
        // nice-plug 0.4.2 reads this one for the output.
        main_input: Some("Mix"),
        main_output: Some("Mix"),
        aux_inputs: &[],
        aux_outputs: &[],
    },
};
