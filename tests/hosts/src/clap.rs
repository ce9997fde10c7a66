//! The CLAP host.

mod asked;
mod events;

use std::ffi::CString;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::{NotePortInfoBuffer, PluginNotePorts};
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use clack_host::process::PluginAudioProcessor;
use clack_host::process::audio_buffers::{InputAudioBuffers, OutputAudioBuffers};
use clack_host::utils::ClapId;
use clap_sys::audio_buffer::clap_audio_buffer;

use self::asked::{Handlers, Main, Shared};
use self::events::{played, push_event, push_parameter, transport};
use crate::guard;
use crate::instance::{
    Block, Bundle, Face, Instance, Outcome, Processor, Setup, hash_of_id, search_text,
};
use crate::report::{Inventory, Parameter, Port};
use crate::script::{Absence, Pace, Session};
use crate::session::{marked, planted};

pub struct ClapBundle {
    entry: PluginEntry,
    host: HostInfo,
    plugins: Vec<(String, CString)>,
}

pub struct ClapInstance {
    name: String,
    instance: PluginInstance<Handlers>,
    /// Number and range of each parameter, in the plugin's order.
    parameters: Vec<Known>,
    stage: Option<Stage>,
}

struct Known {
    id: ClapId,
    name: String,
    low: f64,
    high: f64,
}

/// The audio side of an active instance.
struct Stage {
    processor: PluginAudioProcessor<Handlers>,
    /// Channels of each output.
    channels: Vec<usize>,
    session: Session,
    ranges: Vec<(u32, f64, f64)>,
    input: EventBuffer,
    output: EventBuffer,
}

impl Bundle for ClapBundle {
    type Instance = ClapInstance;

    fn open(path: &Path) -> Result<Self> {
        // SAFETY: a test loads what the build has just made, and does so in a process that may crash.
        let entry = unsafe { PluginEntry::load(path) }?;
        let host = HostInfo::new("clap-host", "Antiphon's tests", "", "1")?;
        let factory = entry.get_plugin_factory().context("the bundle has no plugin factory")?;
        let plugins = factory
            .plugin_descriptors()
            .filter_map(|plugin| {
                Some((plugin.name()?.to_string_lossy().into_owned(), CString::from(plugin.id()?)))
            })
            .collect();
        Ok(Self { entry, host, plugins })
    }

    fn plugins(&self) -> Vec<String> {
        self.plugins.iter().map(|(name, _)| name.clone()).collect()
    }

    fn instance(&self, plugin: Option<&str>) -> Result<ClapInstance> {
        let (name, id) = self
            .plugins
            .iter()
            .find(|(name, _)| plugin.is_none_or(|wanted| wanted == name))
            .with_context(|| format!("the bundle has no plugin {plugin:?}"))?;
        let mut instance = PluginInstance::<Handlers>::new(
            |()| Shared::default(),
            |_| Main,
            &self.entry,
            id,
            &self.host,
        )?;
        let parameters = known_parameters(&mut instance)?;
        Ok(ClapInstance { name: name.clone(), instance, parameters, stage: None })
    }
}

fn known_parameters(instance: &mut PluginInstance<Handlers>) -> Result<Vec<Known>> {
    let handle = instance.plugin_handle();
    let extension = extension::<PluginParams>(&handle)?;
    let mut known = Vec::new();
    for index in 0..extension.count(&handle) {
        let mut buffer = ParamInfoBuffer::new();
        let info = extension
            .get_info(&handle, index, &mut buffer)
            .with_context(|| format!("parameter {index} says nothing of itself"))?;
        known.push(Known {
            id: info.id,
            name: String::from_utf8_lossy(info.name).into_owned(),
            low: info.min_value,
            high: info.max_value,
        });
    }
    Ok(known)
}

fn extension<
    E: clack_host::extensions::Extension<ExtensionSide = clack_host::extensions::PluginExtensionSide>,
>(
    handle: &PluginMainThreadHandle<'_>,
) -> Result<E> {
    handle
        .get_extension::<E>()
        .with_context(|| format!("the plugin lacks {:?}", E::IDENTIFIERS.first()))
}

impl Instance for ClapInstance {
    fn inventory(&mut self) -> Result<Inventory> {
        let mut parameters = Vec::new();
        let handle = self.instance.plugin_handle();
        let values = extension::<PluginParams>(&handle)?;
        for known in &self.parameters {
            let value = values.get_value(&handle, known.id).context("a parameter has no value")?;
            let mut text = [0_u8; 256];
            let text = values.value_to_text(&handle, known.id, value, &mut text)?;
            parameters.push(Parameter {
                id: known.id.get(),
                name: known.name.clone(),
                value: known.share(value),
                text: String::from_utf8_lossy(text).trim_end_matches('\0').to_owned(),
            });
        }
        let latency = handle.get_extension::<PluginLatency>();
        Ok(Inventory {
            name: self.name.clone(),
            audio_inputs: audio_ports(&handle, true)?,
            audio_outputs: audio_ports(&handle, false)?,
            note_inputs: note_ports(&handle, true)?,
            note_outputs: note_ports(&handle, false)?,
            parameters,
            hidden: Vec::new(),
            latency: latency.map_or(0, |latency| latency.get(&handle)),
        })
    }

    fn parameters(&mut self) -> Result<Vec<(String, f64)>> {
        let handle = self.instance.plugin_handle();
        let values = extension::<PluginParams>(&handle)?;
        let value = |known: &Known| {
            let value = values.get_value(&handle, known.id).context("a parameter has no value")?;
            Ok((known.name.clone(), known.share(value)))
        };
        self.parameters.iter().map(value).collect()
    }

    fn resolve(&mut self, parameter: &str) -> Result<u32> {
        let hash = hash_of_id(parameter);
        let is_it = |known: &&Known| known.name == parameter || known.id.get() == hash;
        let found = self.parameters.iter().find(is_it);
        Ok(found.with_context(|| format!("no parameter `{parameter}`"))?.id.get())
    }

    fn find_text(&mut self, id: u32, text: &str) -> Result<f64> {
        let handle = self.instance.plugin_handle();
        let values = extension::<PluginParams>(&handle)?;
        let known = self.parameters.iter().find(|known| known.id.get() == id);
        let known = known.context("the parameter is not known")?;
        // A choice's range counts its steps.
        let steps = (known.high - known.low).round() as u32;
        search_text(steps, text, |value| {
            let value = known.low + value * (known.high - known.low);
            let mut text = [0_u8; 256];
            let text = values.value_to_text(&handle, known.id, value, &mut text)?;
            Ok(String::from_utf8_lossy(text).trim_end_matches('\0').to_owned())
        })
    }

    fn set(&mut self, values: &[(u32, f64)]) -> Result<()> {
        let mut input = EventBuffer::new();
        let ranges = self.ranges();
        for (id, value) in values {
            push_parameter(&mut input, 0, *id, *value, &ranges)?;
        }
        let parameters = extension::<PluginParams>(&self.instance.plugin_handle())?;
        let mut handle =
            self.instance.inactive_plugin_handle().context("the instance is already active")?;
        parameters.flush(&mut handle, &input.as_input(), &mut EventBuffer::new().as_output());
        Ok(())
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        let handle = self.instance.plugin_handle();
        let mut bytes = Vec::new();
        extension::<PluginState>(&handle)?.save(&handle, &mut bytes)?;
        // The framework writes the length first, in eight bytes, because a CLAP stream does not know its own.
        ensure!(bytes.len() > 8, "the state is empty");
        let length = u64::from_le_bytes(bytes[..8].try_into()?);
        ensure!(length == (bytes.len() - 8) as u64, "the state does not begin with its length");
        Ok(bytes.split_off(8))
    }

    fn load(&mut self, state: &[u8]) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let mut bytes = (state.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(state);
        Ok(extension::<PluginState>(&handle)?.load(&handle, &mut std::io::Cursor::new(bytes))?)
    }

    fn activate(&mut self, setup: &Setup) -> Result<()> {
        let handle = self.instance.plugin_handle();
        let mode = match setup.pace {
            Pace::Offline => RenderMode::Offline,
            Pace::RealTime => RenderMode::Realtime,
        };
        extension::<PluginRender>(&handle)?.set(&handle, mode)?;
        let ports = audio_ports(&handle, false)?;
        let stopped = self.instance.activate(
            |_, _| (),
            PluginAudioConfiguration {
                sample_rate: setup.rate,
                min_frames_count: 1,
                max_frames_count: u32::try_from(setup.largest_block)?,
            },
        )?;
        self.stage = Some(Stage {
            processor: stopped.into(),
            channels: ports.iter().map(|port| port.channels as usize).collect(),
            session: setup.session.clone(),
            ranges: self.ranges(),
            input: EventBuffer::with_capacity(4096),
            output: EventBuffer::with_capacity(65_536),
        });
        Ok(())
    }

    fn parts(&mut self) -> (&mut dyn Processor, Box<dyn Face + '_>) {
        let stage = self.stage.as_mut().expect("the instance is active");
        (stage, Box::new(ClapFace { instance: &mut self.instance, is_open: false }))
    }

    fn deactivate(&mut self) -> Result<()> {
        if let Some(stage) = self.stage.take() {
            self.instance.deactivate(stage.processor.into_stopped());
        }
        Ok(())
    }

    fn latency(&mut self) -> u32 {
        let handle = self.instance.plugin_handle();
        handle.get_extension::<PluginLatency>().map_or(0, |latency| latency.get(&handle))
    }
}

/// The editor, embedded in a window of the host's.
struct ClapFace<'a> {
    instance: &'a mut PluginInstance<Handlers>,
    is_open: bool,
}

impl Face for ClapFace<'_> {
    fn open(&mut self, window: u32, scale: Option<f64>) -> Result<(u32, u32)> {
        let handle = self.instance.plugin_handle();
        let gui = extension::<PluginGui>(&handle)?;
        let how = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };
        ensure!(gui.is_api_supported(&handle, how), "the editor cannot be embedded");
        gui.create(&handle, how)?;
        self.is_open = true;
        if let Some(scale) = scale {
            gui.set_scale(&handle, scale).ok(); // plugins may know better
        }
        let size = gui.get_size(&handle).context("the editor has no size")?;
        // SAFETY: the caller keeps its window until the editor is closed.
        unsafe { gui.set_parent(&handle, Window::from_x11_handle(window.into()))? };
        gui.show(&handle).ok(); // an embedded one may be shown already
        Ok((size.width, size.height))
    }

    fn resize(&mut self, (width, height): (u32, u32)) -> Result<(u32, u32)> {
        let handle = self.instance.plugin_handle();
        let gui = extension::<PluginGui>(&handle)?;
        ensure!(gui.can_resize(&handle), "the editor cannot be resized");
        let size = gui.adjust_size(&handle, GuiSize { width, height });
        let size = size.context("the editor suggests no size")?;
        gui.set_size(&handle, size)?;
        Ok((size.width, size.height))
    }

    fn attend(&mut self) {
        let wants =
            self.instance.access_shared_handler(|it| it.wants_main.swap(false, Ordering::Relaxed));
        if wants {
            self.instance.call_on_main_thread_callback();
        }
    }

    fn close(&mut self) {
        let handle = self.instance.plugin_handle();
        if let (true, Some(gui)) = (self.is_open, handle.get_extension::<PluginGui>()) {
            gui.destroy(&handle);
        }
        self.is_open = false;
    }
}

impl Drop for ClapInstance {
    fn drop(&mut self) {
        if let Some(stage) = self.stage.take() {
            self.instance.deactivate(stage.processor.into_stopped());
        }
    }
}

impl ClapInstance {
    fn ranges(&self) -> Vec<(u32, f64, f64)> {
        self.parameters.iter().map(|known| (known.id.get(), known.low, known.high)).collect()
    }
}

impl Known {
    fn share(&self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.0 }
    }
}

fn audio_ports(handle: &PluginMainThreadHandle<'_>, input: bool) -> Result<Vec<Port>> {
    let Some(extension) = handle.get_extension::<PluginAudioPorts>() else {
        return Ok(Vec::new());
    };
    let port = |index| {
        let mut buffer = AudioPortInfoBuffer::new();
        let port = extension.get(handle, index, input, &mut buffer).context("a port is missing")?;
        let name = String::from_utf8_lossy(port.name).into_owned();
        Ok(Port { name, channels: port.channel_count })
    };
    (0..extension.count(handle, input)).map(port).collect()
}

fn note_ports(handle: &PluginMainThreadHandle<'_>, input: bool) -> Result<Vec<String>> {
    let Some(extension) = handle.get_extension::<PluginNotePorts>() else {
        return Ok(Vec::new());
    };
    let port = |index| {
        let mut buffer = NotePortInfoBuffer::new();
        let port = extension.get(handle, index, input, &mut buffer).context("a port is missing")?;
        Ok(String::from_utf8_lossy(port.name).into_owned())
    };
    (0..extension.count(handle, input)).map(port).collect()
}

impl Processor for Stage {
    fn start(&mut self) -> Result<()> {
        let started = self.processor.ensure_processing_started();
        started.map(|_| ()).map_err(|error| anyhow!("start processing: {error}"))
    }

    fn process(&mut self, block: &Block<'_>, out: &mut Outcome) -> Result<Duration> {
        self.input.clear();
        self.output.clear();
        for event in block.events {
            push_event(&mut self.input, event, &self.ranges)?;
        }
        let mut channels: Vec<Vec<*mut f32>> = out
            .buses
            .iter_mut()
            .map(|bus| bus.iter_mut().map(|channel| channel.as_mut_ptr()).collect())
            .collect();
        let mut buffers = raw_buffers(&mut channels, &self.session);
        // SAFETY: the pointers lead to the channels of `out`, which are at least as long as the block and outlive the call.
        let mut outputs = unsafe {
            OutputAudioBuffers::from_raw_buffers(&mut buffers, u32::try_from(block.frames)?)
        };
        let transport = transport(block);
        let (input, mut output) = (self.input.as_input(), self.output.as_output());
        let (mark, plant) = (self.session.mark_calls, self.session.plant);
        let processor =
            self.processor.as_started_mut().map_err(|_| anyhow!("processing is not started"))?;
        let began = Instant::now();
        let result = guard::watched(|| {
            marked(mark, || {
                planted(plant);
                processor.process(
                    &InputAudioBuffers::empty(),
                    &mut outputs,
                    &input,
                    &mut output,
                    Some(block.steady),
                    Some(&transport),
                )
            })
        });
        let time = began.elapsed();
        result?;
        out.notes.extend(self.output.iter().filter_map(played));
        for (bus, heard) in out.buses.iter_mut().enumerate() {
            if self.session.outputs_off.contains(&bus) {
                heard.iter_mut().for_each(|channel| channel.fill(0.0));
            }
        }
        Ok(time)
    }

    fn outputs(&self) -> Vec<(usize, bool)> {
        let on = |bus: usize| !self.session.outputs_off.contains(&bus);
        self.channels.iter().enumerate().map(|(bus, channels)| (*channels, on(bus))).collect()
    }
}

/// The ports as the plugin sees them, some of them absent in the way asked for.
fn raw_buffers(channels: &mut [Vec<*mut f32>], session: &Session) -> Vec<clap_audio_buffer> {
    let mut buffers = Vec::new();
    for (bus, channels) in channels.iter_mut().enumerate() {
        let mut buffer = clap_audio_buffer {
            data32: channels.as_mut_ptr(),
            data64: std::ptr::null_mut(),
            channel_count: u32::try_from(channels.len()).unwrap_or(0),
            latency: 0,
            constant_mask: 0,
        };
        if session.outputs_off.contains(&bus) {
            match session.absence {
                Absence::Null => buffer.data32 = std::ptr::null_mut(),
                Absence::Empty => buffer.channel_count = 0,
                Absence::Missing => break,
            }
        }
        buffers.push(buffer);
    }
    buffers
}
