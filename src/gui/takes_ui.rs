//! The takes drawer: keep the last bars after the fact, and what has been kept.

use egui::{
    Align, Button, Label, Layout, ProgressBar, RichText, Role, Separator, Stroke, TextEdit, Ui,
    WidgetInfo, vec2,
};

use super::{Clock, Driver, Intent, Memory, PassView, View, passes_ui, theme, widgets};
use crate::score::Part;

/// Width of the drawer, logical points.
pub(super) const WIDTH: f32 = 320.0;
/// Height of the place for messages: two lines.
const NEWS: f32 = 40.0;

/// What the drawer shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakesView {
    /// Those that are searched for, in the order asked for.
    pub rows: Vec<TakeRow>,
    /// How many there are in all.
    pub count: usize,
    /// Whole bars that can be kept of the pass that is shown.
    pub bars_recorded: i64,
    /// What the recording and the takes hold of what they may.
    pub recording: Held,
    pub holding: Held,
    /// Nothing while nothing has sounded.
    pub pass: Option<PassView>,
    /// What the list's own Undo would take back, and its Redo do again.
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// Long work, and the share of it that is done.
    pub job: Option<(String, f32)>,
    /// What the newest act came to.
    pub note: Option<Note>,
}

/// Bytes, of at most so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub bytes: usize,
    pub limit: usize,
}

impl Held {
    /// Such as `0.3 of 4 MiB`.
    fn text(self) -> String {
        const MIB: f64 = 1_048_576.0;
        format!("{:.1} of {:.0} MiB", self.bytes as f64 / MIB, self.limit as f64 / MIB)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TakeRow {
    pub id: u64,
    pub name: String,
    pub tags: String,
    pub is_starred: bool,
    pub is_playing: bool,
    /// Such as `4 bars, 112 bpm`.
    pub details: String,
    /// How likely, in key and smooth it is, 0 to 1, where that gives the order.
    pub rating: Option<f32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    Done(String),
    Failed(String),
}

/// What the musician does with takes, which are told apart by their ids.
#[derive(Clone, Debug, PartialEq)]
pub enum TakeAct {
    /// So many bars of this pass.
    KeepLast(u32, u32),
    Rename(u64, String),
    Tag(u64, String),
    Star(u64),
    /// At its place in the song, or from where the transport starts. If some parts are frozen, they alone, and the others improvise.
    Play {
        id: u64,
        from_start: bool,
        frozen: [bool; Part::BAND_SIZE],
    },
    /// Play from no take; improvise.
    Silence,
    /// Other versions of its bars, in which frozen parts play as they did.
    Vary(u64, [bool; Part::BAND_SIZE]),
    /// Improvise it again from all that made it.
    Again(u64),
    /// Take it as the seed phrase.
    Seed(u64),
    /// Take what the player played in the last bars of this pass as the seed phrase.
    SeedFromPlaying(u32, u32),
    Export(u64),
    Delete(u64),
    Undo,
    Redo,
    StopJob,
}

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TakeOrder {
    #[default]
    Newest,
    Starred,
    Rated,
}

/// What the drawer remembers from frame to frame.
#[derive(Clone, Debug, Default)]
pub struct Drawer {
    pub search: String,
    pub order: TakeOrder,
    /// The pass to keep of; the newest where none is chosen.
    pub pass: Option<u32>,
    /// Play takes from where the transport starts.
    pub from_start: bool,
    /// Parts that play as they did while a take is varied or played.
    pub frozen: [bool; Part::BAND_SIZE],
    /// A name or tags while they are typed.
    typed: Option<(u64, Field, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    Tags,
}

const BARS: [u32; 4] = [2, 4, 8, 16];

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let (takes, drawer) = (view.takes, &mut memory.drawer);
    let mut acts = Vec::new();
    ui.spacing_mut().item_spacing = vec2(5.0, 3.0);
    passes_ui::draw(ui, takes.pass, takes.bars_recorded, drawer);
    keep(ui, view, &mut acts);
    freeze(ui, drawer);
    find(ui, takes, drawer, &mut acts);
    if takes.count == 0 {
        let text =
            "Nothing kept yet. Play, and when it was good, keep it: everything is being recorded.";
        ui.label(RichText::new(text).color(theme::quiet()));
    }
    let hidden = takes.count.saturating_sub(takes.rows.len());
    if hidden > 0 {
        ui.horizontal(|ui| {
            let text = format!("The search hides {hidden} of {}", takes.count);
            ui.label(RichText::new(text).font(theme::font(11.5)).color(theme::accent()));
            if ui.small_button("Show all").on_hover_text("Search for nothing.").clicked() {
                drawer.search.clear();
            }
        });
    }
    // Messages have a place of their own, so that they never move the list under the pointer.
    let (list, news) =
        ui.available_rect_before_wrap().split_top_bottom_at_y(ui.max_rect().bottom() - NEWS);
    super::at(ui, list, |ui| {
        widgets::scrolling(ui, "takes", |ui| {
            for row in &takes.rows {
                ui.add(Separator::default().spacing(4.0));
                ui.push_id(row.id, |ui| self::row(ui, row, view, drawer, &mut acts));
            }
        });
    });
    ui.painter().hline(news.x_range(), news.top() + 2.0, Stroke::new(1.0, theme::line()));
    super::at(ui, news.with_min_y(news.top() + 8.0), |ui| self::news(ui, takes, &mut acts));
    intents.extend(acts.into_iter().map(Intent::Take));
}

/// Keep and seed buttons, and how much is recorded.
fn keep(ui: &mut Ui, view: &View<'_>, acts: &mut Vec<TakeAct>) {
    let takes = view.takes;
    let help = "Keep the newest bars of what has sounded, even after the music has stopped.";
    let pass = takes.pass.map_or(0, |it| it.chain);
    bars(ui, "Keep last", help, takes.bars_recorded > 0, |it| {
        acts.push(TakeAct::KeepLast(it, pass));
    });
    let help = "Let the band start from what you played in the last bars.";
    let enabled = takes.bars_recorded > 0 && !view.seed_locked;
    bars(ui, "Seed from my last", help, enabled, |it| {
        acts.push(TakeAct::SeedFromPlaying(it, pass));
    });
}

fn bars(ui: &mut Ui, what: &str, help: &str, enabled: bool, mut press: impl FnMut(u32)) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(what).font(theme::font(12.0)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new("bars").font(theme::font(12.0)));
            for count in BARS.into_iter().rev() {
                let button = Button::new(count.to_string()).min_size(vec2(28.0, 20.0));
                let response = ui.add_enabled(enabled, button).on_hover_text(help);
                if response.clicked() {
                    press(count);
                }
                response.accessible_name(format!("{what} {count} bars"));
            }
        });
    });
}

/// Which parts play as they did.
fn freeze(ui: &mut Ui, drawer: &mut Drawer) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Freeze parts").font(theme::font(12.0)));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (part, frozen) in Part::BAND.into_iter().zip(&mut drawer.frozen).rev() {
                let color = if *frozen { theme::on_color() } else { theme::quiet() };
                let sign = RichText::new(theme::part_sign(part)).color(color);
                let mut button = Button::new(sign).min_size(vec2(28.0, 20.0));
                if *frozen {
                    button = button.fill(theme::part_color(part));
                }
                let help = "A frozen part plays as it did in the take, when that is varied or played; the others improvise around it.";
                let response = ui.add(button).on_hover_text(help);
                if response.clicked() {
                    *frozen = !*frozen;
                }
                let name = format!("Freeze part {}", part.slot());
                let on = *frozen;
                response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
            }
        });
    });
}

/// Work that goes on, or what the newest act came to.
fn news(ui: &mut Ui, takes: &TakesView, acts: &mut Vec<TakeAct>) {
    if let Some((what, share)) = &takes.job {
        ui.horizontal(|ui| {
            let bar =
                ProgressBar::new(*share).desired_width(ui.available_width() - 56.0).text(what);
            ui.add(bar);
            if ui.button("Stop").on_hover_text("Stop this work; nothing of it is kept.").clicked() {
                acts.push(TakeAct::StopJob);
            }
        });
    } else if let Some(note) = &takes.note {
        let (text, color) = match note {
            Note::Done(text) => (text, theme::accent()),
            Note::Failed(text) => (text, theme::warning()),
        };
        let shown = RichText::new(text).font(theme::font(11.5)).color(color);
        ui.label(shown).on_hover_text(text);
    } else {
        let text = match takes.bars_recorded {
            0 => String::from("Recording: nothing has sounded yet"),
            1 => format!("Recording: 1 bar can be kept, {}", takes.recording.text()),
            bars => format!("Recording: {bars} bars can be kept, {}", takes.recording.text()),
        };
        let help = format!(
            "When the recording is full, its oldest bars are forgotten. The takes of this song hold {}.",
            takes.holding.text()
        );
        let text = RichText::new(text).font(theme::font(11.5)).color(theme::quiet());
        ui.label(text).on_hover_text(help);
    }
}

/// Search, order, where to play, undo.
fn find(ui: &mut Ui, takes: &TakesView, drawer: &mut Drawer, acts: &mut Vec<TakeAct>) {
    ui.horizontal(|ui| {
        let search = TextEdit::singleline(&mut drawer.search)
            .hint_text("Search names and tags")
            .desired_width(ui.available_width() - 112.0);
        let help = "Show the takes whose name or tags hold all of these words.";
        ui.add(search).on_hover_text(help).accessible_name("Search takes");
        for (name, what, act) in
            [("Undo", &takes.undo, TakeAct::Undo), ("Redo", &takes.redo, TakeAct::Redo)]
        {
            let help = match what {
                Some(what) => format!("{name} in the list of takes: {what}"),
                None => format!("{name} in the list of takes: there is nothing."),
            };
            let response = ui.add_enabled(what.is_some(), Button::new(name));
            let response = response.on_hover_text(&help).on_disabled_hover_text(&help);
            if response.clicked() {
                acts.push(act);
            }
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 4.0;
        for (order, name) in [
            (TakeOrder::Newest, "Newest"),
            (TakeOrder::Starred, "Starred"),
            (TakeOrder::Rated, "Rated"),
        ] {
            let chosen = ui.selectable_label(drawer.order == order, name);
            if chosen.on_hover_text("The order of the list.").clicked() {
                drawer.order = order;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let help =
                "Play a take where the music is, instead of at its place in the song: from where the transport starts, or from the next bar where it runs.";
            ui.checkbox(&mut drawer.from_start, "Play here").on_hover_text(help);
        });
    });
}

fn row(ui: &mut Ui, row: &TakeRow, view: &View<'_>, drawer: &mut Drawer, acts: &mut Vec<TakeAct>) {
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal(|ui| {
        star(ui, row, acts);
        let width = ui.available_width() - 102.0;
        field(ui, row, Field::Name, width, drawer, acts);
        play(ui, row, view.clock, drawer, acts);
        let delete = ui.add(Button::new("×").min_size(vec2(22.0, 22.0)));
        let delete = delete.on_hover_text("Remove it from the song; Undo brings it back.");
        if delete.clicked() {
            acts.push(TakeAct::Delete(row.id));
        }
        delete.accessible_name(format!("Delete {}", row.name));
    });
    ui.horizontal(|ui| {
        if let Some(rating) = row.rating {
            let text = RichText::new(format!("{:.0}", rating * 100.0)).font(theme::digits(12.0));
            let help = "How likely, in key and smooth it is, of 100.";
            let label = ui.label(text.color(theme::accent())).on_hover_text(help);
            label.accessible_name(format!("Rating of {}", row.name));
        }
        let details = RichText::new(&row.details).font(theme::font(11.5)).color(theme::quiet());
        ui.add(Label::new(details).truncate()).on_hover_text(&row.details);
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 5.0;
        ui.spacing_mut().item_spacing.x = 3.0;
        for (text, help, act) in [
            (
                "Vary",
                "Twenty-five other versions of these bars, the best first. Frozen parts stay as they are.",
                TakeAct::Vary(row.id, drawer.frozen),
            ),
            (
                "Again",
                "Improvise it again from all that made it: with the same pack it is the same note for note, and where it is not you get both.",
                TakeAct::Again(row.id),
            ),
            ("Seed", "Let the band start from this take's tune.", TakeAct::Seed(row.id)),
            (
                "Export",
                "Write notes, mix and stems into Antiphon/Takes in your home folder.",
                TakeAct::Export(row.id),
            ),
        ] {
            let enabled = !(view.seed_locked && text == "Seed");
            let response = ui.add_enabled(enabled, Button::new(text).small()).on_hover_text(help);
            let response = response.on_disabled_hover_text(widgets::LOCKED);
            if response.clicked() {
                acts.push(act);
            }
            response.accessible_name(format!("{text} {}", row.name));
        }
        field(ui, row, Field::Tags, ui.available_width() - 10.0, drawer, acts);
    });
}

fn star(ui: &mut Ui, row: &TakeRow, acts: &mut Vec<TakeAct>) {
    let name = if row.is_starred { "Starred" } else { "Star" };
    let label = format!("{name} {}", row.name);
    if widgets::star(ui, row.is_starred, &label, "Mark it as one of the good ones.").clicked() {
        acts.push(TakeAct::Star(row.id));
    }
}

fn play(ui: &mut Ui, row: &TakeRow, clock: Clock, drawer: &Drawer, acts: &mut Vec<TakeAct>) {
    let runs = clock.playing || clock.is_asked_to_play;
    let text = match (row.is_playing, runs) {
        (true, true) => "Playing",
        (true, false) => "Chosen",
        (false, _) => "Play",
    };
    let color = if row.is_playing { theme::on_color() } else { theme::text() };
    let mut button = Button::new(RichText::new(text).color(color)).min_size(vec2(60.0, 22.0));
    if row.is_playing {
        button = button.fill(theme::accent());
    }
    let help = match (row.is_playing, clock.driver) {
        (true, _) if runs => "Let all improvise again.",
        (true, _) => {
            "The band plays this take when the transport runs. Press to let all improvise again."
        }
        (false, Driver::Window) => {
            "Go to the take's first bar and play it; if parts are frozen, they alone play it and the others improvise. Press again to let all improvise."
        }
        (false, Driver::Host) => {
            "The band plays this take when the host comes to its place in the song, and is silent elsewhere; if parts are frozen, they alone play it and the others improvise. Press again to let all improvise."
        }
    };
    let response = ui.add(button).on_hover_text(help);
    if response.clicked() {
        acts.push(if row.is_playing {
            TakeAct::Silence
        } else {
            TakeAct::Play { id: row.id, from_start: drawer.from_start, frozen: drawer.frozen }
        });
    }
    response.accessible_name(format!("{text} {}", row.name));
}

/// A name or tags, taken over when the musician leaves the field.
fn field(
    ui: &mut Ui,
    row: &TakeRow,
    field: Field,
    width: f32,
    drawer: &mut Drawer,
    acts: &mut Vec<TakeAct>,
) {
    let (kept, what, hint, help) = match field {
        Field::Name => (
            &row.name,
            "Name of",
            "name",
            "Click to give it another name. Letters that cannot be typed here can be pasted (Ctrl+V).",
        ),
        Field::Tags => (
            &row.tags,
            "Tags of",
            "tags",
            "Words of your own, to find it by. Letters that cannot be typed here can be pasted (Ctrl+V).",
        ),
    };
    let is_typed = |it: &&(u64, Field, String)| (it.0, it.1) == (row.id, field);
    let mut text = drawer.typed.as_ref().filter(is_typed).map_or(kept.clone(), |it| it.2.clone());
    let font = theme::font(if field == Field::Name { 14.0 } else { 11.5 });
    let edit = TextEdit::singleline(&mut text)
        .id_salt(what)
        .font(font)
        .margin(vec2(2.0, 1.0))
        .hint_text(hint)
        .align(egui::Align2::LEFT_CENTER)
        .frame(egui::Frame::NONE)
        .desired_width(width);
    let response = ui.add(edit);
    if response.changed() {
        drawer.typed = Some((row.id, field, text));
    }
    if response.lost_focus()
        && let Some((id, _, text)) = drawer.typed.take_if(|it| (it.0, it.1) == (row.id, field))
        && text != *kept
    {
        acts.push(match field {
            Field::Name => TakeAct::Rename(id, text),
            Field::Tags => TakeAct::Tag(id, text),
        });
    }
    response.on_hover_text(help).accessible_name(format!("{what} {}", row.name));
}
