//! Which of the devices asked for there are, so that the program and its window say what is connected and what is not.

use cpal::traits::{DeviceTrait as _, HostTrait as _};
use jack::{Client, ClientOptions, PortFlags};

use super::choice::{Backend, Choice, Devices, StandaloneError};
use crate::plugin::DevicesView;
use crate::score::nearest::did_you_mean;

/// What JACK calls a MIDI port.
const JACK_MIDI: &str = "8 bit raw midi";

impl Choice {
    /// What to play through, and what the window says of it. Without a wish for a backend: JACK where it runs, else the system's output, else silence.
    ///
    /// # Errors
    /// If a device that was named is not there, or a backend that was named has none.
    pub(super) fn resolve(&self) -> Result<(Backend, DevicesView), StandaloneError> {
        if matches!(self.backend, Backend::Auto | Backend::Jack) {
            if let Some((audio, ports)) = jack() {
                Choice { output: None, ..self.clone() }.check(&ports)?;
                return Ok((Backend::Jack, self.view(audio)));
            }
            if self.backend == Backend::Jack {
                return Err(StandaloneError::NoJack);
            }
        }
        if self.backend == Backend::None {
            let devices = Devices { outputs: Vec::new(), ..super::devices().unwrap_or_default() };
            Choice { output: None, ..self.clone() }.check(&devices)?;
            let audio = String::from("no sound, as asked");
            return Ok((Backend::None, DevicesView { audio, ..DevicesView::default() }));
        }
        self.check(&super::devices()?)?;
        match self.output() {
            Ok(audio) => Ok((Backend::System, self.view(audio))),
            Err(reason) if self.backend == Backend::Auto => Ok((Backend::None, silence(&reason))),
            Err(reason) => Err(StandaloneError::NoOutput(reason)),
        }
    }

    /// Whether the devices that were named are there.
    pub(super) fn check(&self, devices: &Devices) -> Result<(), StandaloneError> {
        let asked = [
            ("audio output", &self.output, &devices.outputs),
            ("MIDI input", &self.midi_input, &devices.midi_inputs),
            ("MIDI output", &self.midi_output, &devices.midi_outputs),
        ];
        for (what, name, known) in asked {
            let Some(name) = name.as_ref().filter(|name| !known.contains(name)) else { continue };
            let meant = did_you_mean(name, known.iter().map(String::as_str));
            let known = if known.is_empty() { String::from("none") } else { known.join(", ") };
            return Err(StandaloneError::Unknown { what, name: name.clone(), meant, known });
        }
        Ok(())
    }

    /// The system's output with rate and block, or why there is none.
    fn output(&self) -> Result<String, String> {
        let host = cpal::default_host();
        let name = |it: &cpal::Device| it.description().map(|it| String::from(it.name())).ok();
        let device = match &self.output {
            Some(wanted) => host
                .output_devices()
                .ok()
                .and_then(|mut all| all.find(|it| name(it).as_ref() == Some(wanted))),
            None => host.default_output_device(),
        };
        let device = device.ok_or_else(|| String::from("no sound device was found"))?;
        let shown = name(&device).unwrap_or_else(|| String::from("the system's output"));
        let configs = device
            .supported_output_configs()
            .map_err(|_| String::from("no sound device was found"))?;
        let takes = |it: &cpal::SupportedStreamConfigRange| {
            let block = match it.buffer_size() {
                cpal::SupportedBufferSize::Range { min, max } => {
                    (*min..=*max).contains(&self.period)
                }
                cpal::SupportedBufferSize::Unknown => false,
            };
            block && (it.min_sample_rate()..=it.max_sample_rate()).contains(&self.sample_rate)
        };
        let rate = rate_and_block(self.sample_rate, self.period);
        match configs.into_iter().any(|it| takes(&it)) {
            true => Ok(format!("{shown}, {rate}")),
            false => Err(format!("{shown} does not take {rate}")),
        }
    }

    fn view(&self, audio: String) -> DevicesView {
        let (midi_input, midi_output) = (self.midi_input.clone(), self.midi_output.clone());
        DevicesView { audio, trouble: None, midi_input, midi_output }
    }
}

/// What the window says where nothing is heard.
pub(super) fn silence(reason: &str) -> DevicesView {
    let mut reason = String::from(reason);
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let trouble = format!(
        "{reason}: playing in silence. Connect one or start JACK, and start again; antiphon-jam --list names what there is"
    );
    DevicesView {
        audio: String::from("no sound"),
        trouble: Some(trouble),
        ..DevicesView::default()
    }
}

/// Such as `48 kHz, 256 frames`.
fn rate_and_block(rate: u32, frames: u32) -> String {
    format!("{} kHz, {frames} frames", f64::from(rate) / 1000.0)
}

/// Rate and block of the JACK server, if one runs, and its MIDI ports.
fn jack() -> Option<(String, Devices)> {
    let (client, _) = Client::new("antiphon-look", ClientOptions::NO_START_SERVER).ok()?;
    let ports = |flag| client.ports(None, Some(JACK_MIDI), flag);
    let devices = Devices {
        outputs: Vec::new(),
        midi_inputs: ports(PortFlags::IS_OUTPUT),
        midi_outputs: ports(PortFlags::IS_INPUT),
    };
    let rate = f64::from(client.sample_rate()) / 1000.0;
    Some((format!("JACK, {rate} kHz, {} frames", client.buffer_size()), devices))
}
