//! The VST3 host.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use vst3_host::audio::{BusAudioBuffers, BusDirection, MediaType};
use vst3_host::discovery::DetailedPluginInfo;
use vst3_host::midi::{PluginEvent, PluginEventData};
use vst3_host::plugin::{ProcessMode, TransportPosition, WindowHandle};
use vst3_host::{Plugin, Vst3Host};

use crate::guard;
use crate::instance::{
    Block, Bundle, EventKind, Face, Instance, Outcome, Processor, Setup, hash_of_id, search_text,
};
use crate::report::{Inventory, Parameter, Played, Port};
use crate::script::{Pace, Plant};

/// A VST3 bundle and what its factory says.
pub struct Vst3Bundle {
    path: PathBuf,
    detail: DetailedPluginInfo,
}

pub struct Vst3Instance {
    plugin: Shared,
    name: String,
    detail: DetailedPluginInfo,
    stage: Stage,
}

/// The host's crate has one handle for both sides of a plugin, so that the audio thread waits while the main thread opens or closes the editor. Painting goes
/// on beside both, on a thread of the plugin's own.
type Shared = Arc<Mutex<Plugin>>;

/// The audio side.
struct Stage {
    plugin: Shared,
    /// A set of buffers for each block size met, made before the audio thread starts.
    buffers: Vec<(usize, BusAudioBuffers)>,
    mark_calls: bool,
    plant: Option<Plant>,
    held_up: Duration,
}

/// The editor, embedded in a window of the host's.
struct Vst3Face<'a> {
    plugin: &'a Shared,
}

impl Bundle for Vst3Bundle {
    type Instance = Vst3Instance;

    fn open(path: &Path) -> Result<Self> {
        let detail = vst3_host::get_detailed_plugin_info(path)?;
        Ok(Self { path: path.to_path_buf(), detail })
    }

    fn plugins(&self) -> Vec<String> {
        self.classes().map(|(name, _)| name.to_owned()).collect()
    }

    fn instance(&self, plugin: Option<&str>) -> Result<Vst3Instance> {
        let (name, id) = self
            .classes()
            .find(|(name, _)| plugin.is_none_or(|wanted| wanted == *name))
            .with_context(|| format!("the bundle has no plugin {plugin:?}"))?;
        let mut host = Vst3Host::builder().sample_rate(48_000.0).block_size(512).build()?;
        let plugin = Arc::new(Mutex::new(host.load_plugin_class(&self.path, id)?));
        let stage = Stage {
            plugin: plugin.clone(),
            buffers: Vec::new(),
            mark_calls: false,
            plant: None,
            held_up: Duration::ZERO,
        };
        Ok(Vst3Instance { plugin, name: name.to_owned(), detail: self.detail.clone(), stage })
    }
}

impl Vst3Bundle {
    fn classes(&self) -> impl Iterator<Item = (&str, &str)> {
        let audio = |class: &&vst3_host::ClassInfo| class.category.contains("Audio Module Class");
        self.detail
            .classes
            .iter()
            .filter(audio)
            .map(|class| (class.name.as_str(), class.class_id.as_str()))
    }
}

impl Instance for Vst3Instance {
    fn inventory(&mut self) -> Result<Inventory> {
        let layout = lock(&self.plugin).audio_bus_layout()?;
        // The host tells names of the first plugin's buses only.
        let first = self.detail.info.name == self.name;
        let named = |buses: &[vst3_host::BusInfo], bus: usize| match buses.get(bus) {
            Some(bus) if first => bus.name.clone(),
            _ => String::new(),
        };
        let ports = |configured: &[vst3_host::audio::AudioBusConfig],
                     buses: &[vst3_host::BusInfo]| {
            let port = |(bus, config): (usize, &vst3_host::audio::AudioBusConfig)| Port {
                name: named(buses, bus),
                channels: u32::try_from(config.channel_count).unwrap_or(u32::MAX),
            };
            configured.iter().enumerate().map(port).collect::<Vec<_>>()
        };
        let names = |buses: &[vst3_host::BusInfo]| buses.iter().map(|b| b.name.clone()).collect();
        let all = lock(&self.plugin).get_parameters()?;
        let (shown, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_shown);
        let mut parameters = Vec::new();
        for parameter in shown {
            // VST3 keeps the unit apart, and CLAP writes it after the value.
            let text = lock(&self.plugin).format_parameter(parameter.id, parameter.value)?;
            parameters.push(Parameter {
                id: parameter.id,
                text: format!("{text} {}", parameter.unit.trim()).trim().to_owned(),
                name: parameter.name,
                value: parameter.value,
            });
        }
        let hidden = others.iter().filter(|it| it.is_read_only && !it.can_automate);
        let buses = &self.detail.buses;
        Ok(Inventory {
            name: self.name.clone(),
            audio_inputs: ports(&layout.inputs, &buses.audio_inputs),
            audio_outputs: ports(&layout.outputs, &buses.audio_outputs),
            note_inputs: names(&buses.event_inputs),
            note_outputs: names(&buses.event_outputs),
            parameters,
            hidden: hidden.map(|it| it.name.clone()).collect(),
            latency: lock(&self.plugin).latency_samples(),
        })
    }

    fn parameters(&mut self) -> Result<Vec<(String, f64)>> {
        let parameters = lock(&self.plugin).get_parameters()?;
        let shown = parameters.into_iter().filter(is_shown);
        Ok(shown.map(|parameter| (parameter.name, parameter.value)).collect())
    }

    fn resolve(&mut self, parameter: &str) -> Result<u32> {
        let parameters = lock(&self.plugin).get_parameters()?;
        let hash = hash_of_id(parameter);
        let found = parameters.iter().find(|known| known.name == parameter || known.id == hash);
        Ok(found.with_context(|| format!("no parameter `{parameter}`"))?.id)
    }

    fn find_text(&mut self, id: u32, text: &str) -> Result<f64> {
        let parameters = lock(&self.plugin).get_parameters()?;
        let parameter = parameters.iter().find(|known| known.id == id);
        let steps = parameter.map_or(0, |parameter| parameter.step_count.unsigned_abs());
        search_text(steps, text, |value| Ok(lock(&self.plugin).format_parameter(id, value)?))
    }

    fn set(&mut self, values: &[(u32, f64)]) -> Result<()> {
        // They reach the processor with the next block, which is the first.
        for (id, value) in values {
            lock(&self.plugin).set_parameter(*id, *value)?;
        }
        Ok(())
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        let file = std::env::temp_dir().join(format!("antiphon-{}.vstpreset", std::process::id()));
        lock(&self.plugin).save_vstpreset(&file)?;
        let bytes = std::fs::read(&file).with_context(|| format!("read {}", file.display()))?;
        std::fs::remove_file(&file).with_context(|| format!("remove {}", file.display()))?;
        component_state(&bytes).context("the preset has no component state")
    }

    fn load(&mut self, state: &[u8]) -> Result<()> {
        Ok(lock(&self.plugin).load_state(state)?)
    }

    fn activate(&mut self, setup: &Setup) -> Result<()> {
        let mut plugin = lock(&self.plugin);
        plugin.reconfigure(setup.rate, setup.largest_block)?;
        plugin.set_process_mode(match setup.pace {
            Pace::Offline => ProcessMode::Offline,
            Pace::RealTime => ProcessMode::Realtime,
        })?;
        let count = plugin.audio_bus_layout()?.outputs.len();
        for bus in 0..count {
            let on = !setup.session.outputs_off.contains(&bus);
            let number = i32::try_from(bus)?;
            plugin.set_bus_active(MediaType::Audio, BusDirection::Output, number, on)?;
        }
        plugin.start_processing()?;
        self.stage.buffers.clear();
        let mut sizes = block_sizes(setup);
        sizes.dedup();
        for size in sizes {
            self.stage.buffers.push((size, plugin.create_bus_audio_buffers(size)?));
        }
        self.stage.mark_calls = setup.session.mark_calls;
        self.stage.plant = setup.session.plant;
        Ok(())
    }

    fn parts(&mut self) -> (&mut dyn Processor, Box<dyn Face + '_>) {
        (&mut self.stage, Box::new(Vst3Face { plugin: &self.plugin }))
    }

    fn deactivate(&mut self) -> Result<()> {
        Ok(lock(&self.plugin).stop_processing()?)
    }

    fn latency(&mut self) -> u32 {
        lock(&self.plugin).latency_samples()
    }
}

/// Whether hosts list the parameter (`kIsHidden` of VST 3.7).
fn is_shown(parameter: &vst3_host::Parameter) -> bool {
    parameter.flags >> 4 & 1 == 0
}

/// Every size that a block of the session can have: the sizes asked for, and the cut last ones.
fn block_sizes(setup: &Setup) -> Vec<usize> {
    let session = &setup.session;
    let wait = (session.wait_secs * session.rate).round() as u64;
    let mut sizes = session.blocks.clone();
    let mut turn = session.blocks.iter().cycle();
    for frames in [wait, session.play_frames, session.tail_frames] {
        let mut rest = frames;
        while rest > 0 {
            let size = (*turn.next().expect("a cycle does not end") as u64).min(rest);
            if size == rest {
                sizes.push(usize::try_from(size).expect("no longer than a block"));
            }
            rest -= size;
        }
    }
    sizes.sort_unstable();
    sizes
}

fn lock(plugin: &Shared) -> MutexGuard<'_, Plugin> {
    plugin.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Face for Vst3Face<'_> {
    fn open(&mut self, window: u32, scale: Option<f64>) -> Result<(u32, u32)> {
        let mut plugin = lock(self.plugin);
        if let Some(scale) = scale {
            plugin.set_editor_scale_factor(scale as f32)?;
        }
        plugin.open_editor(WindowHandle::from_x11(window))?;
        let (width, height) = plugin.attached_editor_size()?.context("the editor has no size")?;
        Ok((u32::try_from(width)?, u32::try_from(height)?))
    }

    fn resize(&mut self, (width, height): (u32, u32)) -> Result<(u32, u32)> {
        let mut plugin = lock(self.plugin);
        let (width, height) =
            plugin.resize_editor(i32::try_from(width)?, i32::try_from(height)?)?;
        Ok((u32::try_from(width)?, u32::try_from(height)?))
    }

    fn attend(&mut self) {
        lock(self.plugin).service_run_loop();
    }

    fn close(&mut self) {
        let mut plugin = lock(self.plugin);
        if plugin.is_editor_open() {
            plugin.close_editor().ok(); // what is left of it is seen in the next opening
        }
    }
}

impl Processor for Stage {
    fn process(&mut self, block: &Block<'_>, out: &mut Outcome) -> Result<Duration> {
        let waits = Instant::now();
        let mut plugin = lock(&self.plugin);
        self.held_up = waits.elapsed();
        plugin.set_tempo(block.tempo)?;
        plugin.set_time_signature(i32::from(block.meter.0), i32::from(block.meter.1))?;
        plugin.set_playing(block.playing)?;
        plugin.set_transport_position(TransportPosition {
            samples: block.position_frames,
            quarter_notes: block.position_quarters,
        })?;
        for event in block.events {
            let offset = i32::try_from(event.offset)?;
            match event.kind {
                EventKind::Parameter { id, value } => plugin.set_parameter_at(id, value, offset)?,
                EventKind::Control { channel, controller, value } => {
                    let cc = u16::from(controller);
                    if let Some(id) = plugin.midi_cc_to_parameter(0, i16::from(channel), cc) {
                        plugin.set_parameter_at(id, f64::from(value) / 127.0, offset)?;
                    }
                }
                kind => plugin.send_plugin_event(note_event(kind, offset))?,
            }
        }
        let Some((_, buffers)) = self.buffers.iter_mut().find(|(size, _)| *size == block.frames)
        else {
            bail!("a block of {} frames was not foreseen", block.frames);
        };
        let (mark, plant) = (self.mark_calls, self.plant);
        let began = Instant::now();
        let result = guard::watched(|| {
            crate::session::marked(mark, || {
                crate::session::planted(plant);
                plugin.process_bus_audio(buffers)
            })
        });
        let time = began.elapsed();
        result?;
        for (heard, bus) in out.buses.iter_mut().zip(&buffers.outputs) {
            for (to, from) in heard.iter_mut().zip(&bus.channels) {
                to[..block.frames].copy_from_slice(&from[..block.frames]);
            }
        }
        out.notes.extend(plugin.take_output_events().iter().filter_map(played));
        Ok(time)
    }

    fn held_up(&mut self) -> Duration {
        std::mem::take(&mut self.held_up)
    }

    fn outputs(&self) -> Vec<(usize, bool)> {
        let buses = self.buffers.first().map(|(_, buffers)| &buffers.outputs);
        buses.into_iter().flatten().map(|bus| (bus.channels.len(), bus.active)).collect()
    }
}

fn note_event(kind: EventKind, sample_offset: i32) -> PluginEvent {
    let data = match kind {
        EventKind::On { channel, key, velocity } => PluginEventData::NoteOn {
            channel: i16::from(channel),
            pitch: i16::from(key),
            tuning: 0.0,
            velocity: f32::from(velocity) / 127.0,
            length: 0,
            note_id: -1,
        },
        EventKind::Off { channel, key } => PluginEventData::NoteOff {
            channel: i16::from(channel),
            pitch: i16::from(key),
            velocity: 0.0,
            note_id: -1,
            tuning: 0.0,
        },
        EventKind::Parameter { .. } | EventKind::Control { .. } => {
            unreachable!("parameters travel by themselves, and controllers as parameters")
        }
    };
    PluginEvent { bus_index: 0, sample_offset, ppq_position: 0.0, flags: 0, data }
}

fn played(event: &PluginEvent) -> Option<Played> {
    let (channel, key, velocity) = match event.data {
        PluginEventData::NoteOn { channel, pitch, velocity, .. } => {
            (channel, pitch, Some((velocity * 127.0).round() as u8))
        }
        PluginEventData::NoteOff { channel, pitch, .. } => (channel, pitch, None),
        _ => return None,
    };
    Some(Played {
        frame: i64::from(event.sample_offset),
        channel: u8::try_from(channel).ok()?,
        key: u8::try_from(key).ok()?,
        velocity,
    })
}

/// The `Comp` chunk of a preset file: a header of 48 bytes, then at the offset it names a list of chunks (Steinberg, "VST 3 Preset Format").
fn component_state(preset: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| {
        let bytes = preset.get(at..at + 8)?;
        usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let list = number(40)?;
    if preset.get(list..list + 4)? != b"List" {
        return None;
    }
    let count = u32::from_le_bytes(preset.get(list + 4..list + 8)?.try_into().ok()?);
    let entries = (0..usize::try_from(count).ok()?).map(|entry| list + 8 + 20 * entry);
    for entry in entries {
        if preset.get(entry..entry + 4)? == b"Comp" {
            let start = number(entry + 4)?;
            return preset.get(start..start + number(entry + 12)?).map(<[u8]>::to_vec);
        }
    }
    None
}
