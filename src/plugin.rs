//! Host glue: two plugins on one core, an instrument with a sound of its own and a note effect without.

mod controllers;
mod devices;
mod editor;
mod export;
mod file_dialog;
mod habits;
mod history;
mod kind;
mod lines;
mod memory;
mod notes;
mod outputs;
mod presets;
mod remote;
mod session;
mod song;
mod takes;
mod timbres;
mod transport;

#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nice_plug::context::PluginApi;
use nice_plug::prelude::{
    ActivateContext, AsyncExecutor, AudioIOLayout, AuxiliaryBuffers, Buffer, BufferConfig,
    ClapFeature, ClapPlugin, MidiConfig, Params, Plugin, ProcessContext, ProcessMode,
    ProcessStatus, TaskExecutor, Vst3Plugin, Vst3SubCategory,
};

use self::editor::Editor;
use self::kind::{Instrument, Kind, NoteEffect};
use self::notes::{NotesIn, NotesOut};
use self::outputs::Spare;
use self::remote::StepSwitches;
use self::song::Song;
use self::transport::Timeline;
use crate::engine::audio::renderer::{Block, Pace, PlayedEvent, Renderer, Sound};
use crate::engine::link::Links;
use crate::gui::Mixer;

pub(crate) use self::devices::{DevicesView, play_through};
pub(crate) use self::editor::when_no_window;
pub(crate) use self::lines::keep_to_faults;
pub(crate) use self::session::{Begin, Fate, Opening, end_session, keep_session, refuses};
pub(crate) use self::song::{TEMPOS_BPM, open_at};

/// The instrument.
pub(crate) type Antiphon = Partner<Instrument>;
/// The note effect.
pub(crate) type AntiphonNotes = Partner<NoteEffect>;

/// One instance in a host.
pub(crate) struct Partner<K: Kind> {
    song: Arc<Song>,
    /// Made when the host first activates the instance, so that scanning hosts start no composer.
    audio: Option<Audio>,
    kind: PhantomData<K>,
}

/// What the process callback works with. Allocated when the host activates the instance.
struct Audio {
    links: Arc<Links>,
    renderer: Renderer,
    timeline: Timeline,
    heard: NotesIn,
    played: Vec<PlayedEvent>,
    sounding: NotesOut,
    spare: Spare,
    steps: StepSwitches,
    mode: ProcessMode,
    sample_rate: f32,
    bypassed: bool,
    /// Whether the transport played in the block before.
    playing: bool,
    /// Where it stood or was, quarter notes.
    place: f64,
}

/// How long the callback rests at a time while a bounce waits for the composer. The first rest on a thread of the host's
/// makes the thread's handle, the callback's only allocation; in real time nothing rests.
const OFFLINE_REST: Duration = Duration::from_micros(50);

impl<K: Kind> Default for Partner<K> {
    fn default() -> Self {
        Self { song: Song::new(), audio: None, kind: PhantomData }
    }
}

impl<K: Kind> Plugin for Partner<K> {
    const NAME: &'static str = K::NAME;
    const VENDOR: &'static str = "Antiphon";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = K::LAYOUTS;
    /// With controllers, for the pedal. In VST3 they are parameters; `export::vst3` shows hosts those that matter and no more.
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;

    type Editor = Editor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn setup_logger() -> Option<bool> {
        lines::set_up()
    }

    fn params(&self) -> Arc<dyn Params> {
        self.song.clone()
    }

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        let song = self.song.clone();
        Box::new(move |()| song.attend())
    }

    fn editor(&mut self, executor: AsyncExecutor<Self>) -> Option<Editor> {
        let mixer = match K::SOUND {
            Sound::Synth => Mixer::Shown,
            Sound::Silent => Mixer::Hidden,
        };
        let ask = Arc::new(move || executor.execute_gui(()));
        Some(Editor::new(K::NAME, mixer, self.song.clone(), ask))
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let links = self.song.start(K::SOUND);
        let audio = self.audio.get_or_insert_with(|| Audio::new(links, K::SOUND));
        audio.prepare(config);
        context.set_latency_samples(audio.renderer.latency());
        true
    }

    /// Called on the audio thread too: allocates nothing.
    fn reset(&mut self) {
        if let Some(audio) = &mut self.audio {
            audio.reset();
        }
    }

    fn deactivate(&mut self) {
        self.reset();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        // Two readings of the clock a block, for the load shown in the editor. They are answered in user space (the
        // kernel's shared page on Linux, its likes elsewhere) and make no system call.
        let begun = Instant::now();
        let Some(audio) = &mut self.audio else { return ProcessStatus::Error("not active") };
        let frames = buffer.samples();
        if frames > audio.spare.frames() {
            return ProcessStatus::Error("a block longer than agreed");
        }
        let status = audio.process(&self.song, frames, buffer, aux, context);
        audio.count_load(frames, begun.elapsed());
        status
    }
}

impl Audio {
    fn new(links: Arc<Links>, sound: Sound) -> Self {
        Self {
            renderer: Renderer::new(links.clone(), sound),
            links,
            timeline: Timeline::default(),
            heard: NotesIn::new(),
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
            sounding: NotesOut::default(),
            spare: Spare::default(),
            steps: StepSwitches::default(),
            mode: ProcessMode::Realtime,
            sample_rate: 48_000.0,
            bypassed: false,
            playing: false,
            place: 0.0,
        }
    }

    fn prepare(&mut self, config: &BufferConfig) {
        let max_block = config.max_buffer_size as usize;
        self.renderer.prepare(config.sample_rate, max_block);
        self.spare = Spare::new(max_block);
        self.mode = config.process_mode;
        let bouncing = self.mode == ProcessMode::Offline;
        self.links.gauges.bouncing.store(bouncing, Ordering::Relaxed);
        self.sample_rate = config.sample_rate;
        self.sounding.end_all();
    }

    fn reset(&mut self) {
        self.renderer.reset();
        self.timeline = Timeline::default();
        self.sounding.end_all();
    }

    /// Render one block that is no longer than agreed. Real-time safe.
    fn process<P: Plugin>(
        &mut self,
        song: &Song,
        frames: usize,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<P>,
    ) -> ProcessStatus {
        let bypassed = song.controls.bypass.value();
        let steps = self.steps.see(&song.controls, song.kept.loads());
        song.remote.step(steps);
        let (host, rate) = (context.transport(), self.sample_rate);
        let mut transport = match context.plugin_api() {
            PluginApi::Standalone => {
                let (tempo, renderer) = (song.controls.free_tempo(), &self.renderer);
                let deck = (&song.kept.deck, || renderer.is_ready());
                self.timeline.alone(host, frames, rate, tempo, deck)
            }
            PluginApi::Clap | PluginApi::Vst3 => {
                self.timeline.transport(host, frames, rate, song.controls.free_run())
            }
        };
        let controllers = &song.kept.controllers;
        if self.heard.collect(song.controls.channel(), controllers, context) == notes::Room::Full {
            self.links.gauges.count_lost();
        }
        if bypassed {
            // As if the host had stopped: what sounds fades, nothing new begins.
            transport.playing = false;
            self.heard.clear();
            if !self.bypassed {
                self.heard.end_all();
            }
        }
        self.bypassed = bypassed;

        let (settings, mix) = (song.controls.settings(), song.controls.mix());
        let mut rest = || std::thread::park_timeout(OFFLINE_REST);
        let pace = match self.mode {
            ProcessMode::Offline => Pace::Offline(&mut rest),
            ProcessMode::Realtime | ProcessMode::Buffered => Pace::RealTime,
        };
        let block = Block {
            frames,
            transport,
            settings: &settings,
            mix: &mix,
            events: self.heard.events(),
            pace,
        };
        let Some(mut outputs) = self.spare.complete(buffer, aux) else {
            return ProcessStatus::Error("an output is missing");
        };
        self.renderer.render(block, &mut outputs, &mut self.played);
        let happened = !self.heard.events().is_empty() || !self.links.from_composer.is_empty();
        // While it plays, a window asks for its next frame by itself.
        let turned = std::mem::replace(&mut self.playing, transport.playing) != transport.playing;
        let place = std::mem::replace(&mut self.place, transport.position_quarters);
        let jumped = !transport.playing && place != transport.position_quarters;
        if turned || jumped || happened {
            song.repaint.request_repaint();
        }
        let thru = song.controls.is_thru().then(|| self.heard.channels());
        let lost = self.sounding.send(&self.played, thru, context);
        self.links.gauges.lost.fetch_add(lost, Ordering::Relaxed);
        ProcessStatus::KeepAlive
    }

    /// Smooth the share of the block's own length that it took to make into the gauge.
    fn count_load(&self, frames: usize, took: Duration) {
        if frames > 0 {
            let share = took.as_secs_f32() * self.sample_rate / frames as f32;
            let load = &self.links.gauges.load;
            load.store(0.95 * load.load(Ordering::Relaxed) + 0.05 * share, Ordering::Relaxed);
        }
    }
}

impl<K: Kind> ClapPlugin for Partner<K> {
    const CLAP_ID: &'static str = K::CLAP_ID;
    const CLAP_DESCRIPTION: Option<&'static str> = Some(K::DESCRIPTION);
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = K::CLAP_FEATURES;
}

impl<K: Kind> Vst3Plugin for Partner<K> {
    const VST3_CLASS_ID: [u8; 16] = K::VST3_CLASS_ID;
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = K::VST3_SUBCATEGORIES;
}
