//! The editor's window in a host.

mod ear;
mod face;
mod hand;
mod pace;
mod plain;

use std::error::Error;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use atomic_float::AtomicF32;
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{
    Editor as HostEditor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor,
};
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, GlConfig, GraphicsConfig,
    Key as PressedKey, KeyCapture, NiceEguiApp, create_egui_editor,
};

use self::ear::Ear;
use self::face::{Face, FaceHandle};
pub(super) use self::hand::Hand;
use self::pace::Pace;
use self::plain::Plain;
use super::file_dialog::{FileDialog, Found};
use super::habits::Habits;
use super::presets::Presets;
use super::remote::AskForMain;
use super::song::Song;
use crate::engine::link::Links;
use crate::files::state::EditorSize;
use crate::gui::theme::Tone;
use crate::gui::{
    self, Choices, Clock, ControlView, Driver, Intent, Memory, Mixer, Notice, Roll, Side, Status,
    TimbresView, View,
};
use crate::params::Control;
use crate::score::{Tick, Ticks};

/// Makes a window at each opening, at the size that the song keeps.
pub(crate) struct Editor {
    title: &'static str,
    mixer: Mixer,
    song: Arc<Song>,
    ask: AskForMain,
    /// Physical pixels in a logical point, as far as is known.
    scale: Arc<AtomicF32>,
}

/// The window's content.
struct Window {
    song: Arc<Song>,
    scale: Arc<AtomicF32>,
    mixer: Mixer,
    hand: Option<Hand>,
    choices: Choices,
    memory: Memory,
    presets: Presets,
    dialog: FileDialog,
    habits: Habits,
    ear: Ear,
    roll: Roll,
    timbres: TimbresView,
    status: Status,
    pace: Pace,
    /// What the composer and the musician's own acts brought up, beside the state's notices.
    notices: Vec<String>,
    /// The control whose value was typed last and not understood, and why.
    misread: Option<(Control, String)>,
}

/// Size of a new window, logical points.
const SIZE: (f32, f32) = (1100.0, 700.0);
/// Smallest size at which everything is readable, logical points.
const SMALLEST: (f32, f32) = (1000.0, 680.0);

/// What a program whose only window this is does without it.
static NO_WINDOW: OnceLock<fn(&str)> = OnceLock::new();

/// Without a host, call `act` with the reason when the window cannot be opened. The framework's own host would wait for ever, unseen.
pub(crate) fn when_no_window(act: fn(&str)) {
    NO_WINDOW.get_or_init(|| act);
}

/// How the window is painted. It has no depth, and dithering costs a renderer in software a tenth of its time for shades that nobody sees apart.
fn graphics() -> GraphicsConfig {
    let gl_config = GlConfig { depth_bits: 0, stencil_bits: 0, ..GlConfig::default() };
    GraphicsConfig { gl_config, dithering: false, ..GraphicsConfig::default() }
}

impl Editor {
    pub(super) fn new(title: &'static str, mixer: Mixer, song: Arc<Song>, ask: AskForMain) -> Self {
        Self { title, mixer, song, ask, scale: Arc::new(AtomicF32::new(1.0)) }
    }

    fn logical_size(&self) -> LogicalSize<f32> {
        let kept = self.song.kept.editor_size();
        let (width, height) =
            kept.map_or(SIZE, |size| (f32::from(size.width()), f32::from(size.height())));
        LogicalSize::new(width.max(SMALLEST.0), height.max(SMALLEST.1))
    }

    fn framework_editor(&self) -> Option<EguiEditor<Window>> {
        create_egui_editor(
            EguiEditorState::from_size(self.logical_size(), 1.0),
            self.song.repaint.clone(),
            EguiNiceSettings::new()
                .with_tile(self.title)
                .with_graphics_config(graphics())
                .with_resize_hint(self.resize_hint()),
            Window::new(self.mixer, self.song.clone(), self.scale.clone()),
        )
    }
}

impl Editor {
    /// The reason and what helps as text, in the window's place.
    fn plain(
        &self,
        parent: Option<ParentWindowHandle>,
        reason: &str,
    ) -> Option<SpawnedEditor<FaceHandle>> {
        let text = format!(
            "Antiphon could not {reason}. The music goes on, and your host's own list of parameters moves every control. To see the window, install the display's OpenGL driver (on Debian libgl1-mesa-dri) and open it again."
        );
        let NativeSize { width, height } = self.size();
        let plain = Plain::new(&text, (width, height))?;
        if let Some(parent) = parent {
            plain.show_in(parent).ok()?;
        }
        Some(SpawnedEditor { handle: FaceHandle::Plain, window: Face::Plain(Box::new(plain)) })
    }
}

impl HostEditor for Editor {
    type Handle = FaceHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        if let Some(scale) = fallback_scale_factor {
            set_scale(&self.scale, scale);
        }
        self.song.meet(gui_context.clone(), &self.ask);
        #[cfg(target_os = "linux")]
        super::export::hold_painting_libraries();
        let editor = self.framework_editor().ok_or("make the editor")?;
        let is_alone = gui_context.plugin_api() == PluginApi::Standalone;
        match editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host) {
            Ok(SpawnedEditor { handle, window }) => Ok(SpawnedEditor {
                handle: FaceHandle::Painted(handle),
                window: Face::Painted(window),
            }),
            Err(reason) => {
                let text = format!(
                    "open the window: {reason}. It is painted with OpenGL 3.2, by GLX or EGL, and the display offers neither"
                );
                if let (true, Some(act)) = (is_alone, NO_WINDOW.get()) {
                    act(&text);
                }
                self.plain(parent, &text).ok_or_else(|| text.into())
            }
        }
    }

    fn size(&self) -> NativeSize<u32> {
        let scale = f64::from(self.scale.load(Ordering::Relaxed));
        NativeSize::from_size(self.logical_size().into(), scale)
    }

    fn resize_hint(&self) -> ResizeHint {
        let (width, height) = SMALLEST;
        ResizeHint::resizable().with_min_logical_size(LogicalSize::new(width, height))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a scale is a small number")]
fn set_scale(scale: &AtomicF32, value: f64) {
    if (0.1..=16.0).contains(&value) {
        scale.store(value as f32, Ordering::Relaxed);
    }
}

impl Window {
    fn new(mixer: Mixer, song: Arc<Song>, scale: Arc<AtomicF32>) -> Self {
        let mut choices = Choices::new(&song.controls, &super::song::styles());
        choices.customs = super::song::customs();
        let habits = Habits::read();
        let mut memory = Memory::default();
        memory.opened = song.kept.drawer().as_deref().and_then(Side::named);
        memory.timbre_map = song.kept.is_map_open();
        memory.tone = if habits.is_light { Tone::Light } else { Tone::Dark };
        memory.first_step = (!habits.knows_first_steps).then_some(0);
        let folder = super::takes::folder().map(|it| it.join("Presets"));
        let (presets, notices) = Presets::read(&song.controls, folder);
        Self {
            song,
            scale,
            mixer,
            hand: None,
            choices,
            memory,
            presets,
            dialog: FileDialog::default(),
            habits,
            ear: Ear::default(),
            roll: Roll::default(),
            timbres: super::timbres::view(),
            status: Status { devices: super::devices::devices().cloned(), ..Status::default() },
            pace: Pace::default(),
            notices,
            misread: None,
        }
    }

    /// Take in what the composer and the audio side have told since the last frame.
    fn listen(&mut self) -> Clock {
        let trouble = self.status.devices.as_ref().and_then(|it| it.trouble.clone());
        let trouble = trouble.map(Notice::trouble);
        self.status.notices = trouble.into_iter().chain(self.song.kept.notices()).collect();
        let Some(links) = self.song.kept.links().cloned() else { return Clock::default() };
        for message in self.song.kept.news() {
            self.roll.take(message);
        }
        self.forget_answered(&links);
        self.status.notices.extend(self.song.kept.failures().into_iter().map(Notice::trouble));
        self.status.notices.extend(self.notices.iter().cloned().map(Notice::told));
        self.read(&links)
    }

    /// What was struck out and is answered, or over, can be taken back no more.
    fn forget_answered(&mut self, links: &Links) {
        let now = links.gauges.playhead_quarters.load(Ordering::Relaxed);
        let (roll, now) = (&mut self.roll, Tick::from_quarters(now));
        let mut inner = self.song.kept.lock();
        inner.history.keep_strikes(|note| roll.is_to_come(note, now));
        roll.set_struck(inner.history.struck().into_iter());
    }

    fn read(&mut self, links: &Links) -> Clock {
        let gauges = &links.gauges;
        let status = &mut self.status;
        status.backend = self.song.kept.backend();
        if status.backend.is_empty() && gauges.notes_composed.load(Ordering::Relaxed) > 0 {
            // Its message was crowded out by notes before the window was first opened.
            status.backend = String::from("the embedded runtime");
        }
        status.pack = super::song::pack_title();
        status.note_millis = gauges.note_micros.load(Ordering::Relaxed) / 1000.0;
        status.priority = gauges.priority();
        status.late_windows = gauges.late_windows.load(Ordering::Relaxed);
        status.late_revisions = gauges.late_revisions.load(Ordering::Relaxed);
        status.lost = gauges.lost.load(Ordering::Relaxed);
        (status.key_heard, status.chord_heard) = gauges.harmony();
        gauges.watched.store(true, Ordering::Relaxed);
        status.foreseen = gauges.foreseen();
        status.load = gauges.load.load(Ordering::Relaxed);
        status.peaks =
            std::array::from_fn(|place| gauges.peaks[place].swap(0.0, Ordering::Relaxed));
        status.copying = std::array::from_fn(|place| gauges.copying[place].load(Ordering::Relaxed));
        let tempo_bpm = gauges.tempo_bpm.load(Ordering::Relaxed);
        let bar_length = gauges.bar_length.load(Ordering::Relaxed);
        let deck = &self.song.kept.deck;
        Clock {
            playing: gauges.playing.load(Ordering::Relaxed),
            is_asked_to_play: deck.is_asked_to_play(),
            driver: if deck.rules() { Driver::Window } else { Driver::Host },
            position_quarters: gauges.playhead_quarters.load(Ordering::Relaxed),
            meter: deck.meter(),
            tempo_bpm: if tempo_bpm > 0.0 { tempo_bpm } else { Clock::default().tempo_bpm },
            bar_start: Tick(gauges.bar_start.load(Ordering::Relaxed)),
            bar_length: if bar_length > 0 {
                Ticks(bar_length)
            } else {
                Clock::default().bar_length
            },
        }
    }

    /// Take in what came of a file dialog.
    fn take_file(&mut self, found: Option<Found>, intents: &mut Vec<Intent>) {
        match found {
            Some(Found::File(wish, path)) => self.memory.chosen(&wish, path, intents),
            Some(Found::NoDialog(wish, why)) => self.memory.ask_by_path(&wish, Some(why)),
            Some(Found::Nothing) | None => {}
        }
    }

    fn obey(&mut self, intents: Vec<Intent>) {
        let (asked, mut intents): (Vec<_>, Vec<_>) =
            intents.into_iter().partition(|it| matches!(it, Intent::Browse(_)));
        for intent in asked {
            let Intent::Browse(wish) = intent else { continue };
            let found = self.dialog.ask(wish, &self.song.repaint);
            self.take_file(found, &mut intents);
        }
        let Some(hand) = &self.hand else { return };
        let _alone = self.song.remote.hands();
        for intent in intents {
            if matches!(intent, Intent::LoadPhrase(_) | Intent::ClearPhrase) {
                // What was said of an earlier file no longer matters.
                self.notices.clear();
            }
            let (typed, is_memory) = match &intent {
                Intent::Type(control, _) | Intent::TypeWith(control, ..) => (Some(*control), false),
                Intent::Memory(_) => (None, true),
                _ => (None, false),
            };
            let is_answer = intent.is_answer();
            let mut done = hand.obey(&self.song, &mut self.presets, intent);
            if is_answer {
                done = self.memory.answered(done);
            }
            match (done, typed) {
                (Err(fault), Some(control)) => self.misread = Some((control, fault)),
                (Ok(()), Some(_)) => self.misread = None,
                (Err(_), None) if is_memory => {} // its drawer tells
                (Err(notice), None) => self.notices.push(notice),
                (Ok(()), None) => {}
            }
        }
        self.roll.set_struck(self.song.kept.lock().history.struck().into_iter());
    }
}

impl Window {
    /// What the musician chose of the window itself: open drawers go with the song, the rest with her.
    fn keep_habits(&mut self) {
        self.song.kept.set_drawer(self.memory.opened.map(Side::name));
        self.song.kept.set_map_open(self.memory.timbre_map);
        let now = Habits {
            is_light: self.memory.tone == Tone::Light,
            knows_first_steps: self.habits.knows_first_steps || self.memory.first_step.is_none(),
        };
        if now != self.habits {
            self.habits = now;
            if let Err(reason) = now.write() {
                self.notices.push(reason);
            }
        }
    }
}

/// Which keys the window keeps to itself: what is typed, all of it, and all where no host drives; else the space bar is the host's, where the system
/// passes it on. A key that nobody takes makes macOS beep.
fn kept_keys(is_typing: bool, driver: Driver) -> KeyCapture {
    match (is_typing, driver) {
        (true, _) | (_, Driver::Window) => KeyCapture::CaptureAll,
        (false, Driver::Host) => {
            KeyCapture::IgnoreKeys(vec![PressedKey::Character(String::from(" "))])
        }
    }
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        _context: egui::Context,
        host: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        self.hand = Some(Hand::new(host));
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        let now = Instant::now();
        self.pace.begin(now);
        let clock = self.listen();
        let mut intents = Vec::new();
        let found = self.dialog.look();
        self.take_file(found, &mut intents);
        let mut controls = ControlView::all(&self.song.controls);
        let hands_on = self.hand.as_ref().is_some_and(Hand::hears_controllers);
        self.song.kept.controllers.show(&mut controls, hands_on);
        if let Some((control, fault)) = &self.misread {
            controls[control.place()].misread = Some(fault.clone());
        }
        let drawer = &self.memory.drawer;
        let takes = self.song.kept.takes_view(&drawer.search, drawer.order, drawer.pass);
        let is_working = takes.job.is_some();
        let remembered = self.song.kept.memory_view();
        let preset = self.song.kept.preset();
        let mut presets = self.presets.view(preset.as_deref(), &self.song.controls);
        self.song.kept.follow_edits();
        let name = |control: Control| clock.driver.name_of(control).map(String::from);
        let name = |control: Control| {
            name(control).unwrap_or_else(|| self.song.controls.get(control).name())
        };
        (presets.undo, presets.redo) = self.song.kept.undo_and_redo(name);
        super::timbres::follow(&mut self.timbres, &self.song.controls);
        let is_looking = self.memory.opened == Some(Side::Sound);
        let sound = self.ear.listen(self.song.kept.links(), is_looking);
        let view = View {
            controls: &controls,
            choices: &self.choices,
            roll: &self.roll,
            clock,
            status: &self.status,
            mixer: self.mixer,
            sound,
            phrase_notes: self.song.kept.seed_phrase().notes().len(),
            seed_locked: self.song.kept.is_seed_locked(),
            presets: &presets,
            takes: &takes,
            remembered: &remembered,
            timbres: &self.timbres,
        };
        gui::draw(ui, &view, &mut self.memory, &mut intents);
        let driver = if self.song.kept.deck.rules() { Driver::Window } else { Driver::Host };
        frame.set_key_capture(kept_keys(ui.ctx().text_edit_focused(), driver));
        self.keep_habits();
        if !intents.is_empty() {
            self.obey(intents);
            ui.ctx().request_repaint();
        }
        if clock.playing || self.memory.is_moving() || sound.is_sounding() || is_working {
            ui.ctx().request_repaint_after(self.pace.pause(now));
        }
    }

    fn resized(&mut self, size: WindowSize) {
        set_scale(&self.scale, size.scale_factor);
        let whole = |length: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the cast saturates, and the constructor checks"
            )]
            let whole = length.round() as u16;
            whole
        };
        let (width, height) = (whole(size.logical.width), whole(size.logical.height));
        if let Some(size) = EditorSize::new(width, height) {
            self.song.kept.set_editor_size(size);
        }
    }
}

/// The framework never calls `editor_closed`: the window has gone when this has.
impl Drop for Window {
    fn drop(&mut self) {
        self.song.kept.settle_history();
        if let Some(links) = self.song.kept.links() {
            links.gauges.watched.store(false, Ordering::Relaxed);
        }
        self.ear.listen(self.song.kept.links(), false);
        self.song.kept.controllers.wait_for(None);
    }
}
