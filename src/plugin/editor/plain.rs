//! What stands in the window's place where it cannot be painted: a few lines of text, which the X server draws by itself. Other systems always paint.

#[cfg(target_os = "linux")]
pub(crate) use self::x11::Plain;

#[cfg(not(target_os = "linux"))]
pub(crate) use self::elsewhere::Plain;

#[cfg(target_os = "linux")]
mod x11 {
    use std::cell::Cell;

    use nice_plug::editor::ParentWindowHandle;
    use x11rb::connection::Connection as _;
    use x11rb::errors::ReplyOrIdError;
    use x11rb::protocol::xproto::{
        ConfigureWindowAux, ConnectionExt as _, CreateGCAux, CreateWindowAux, Rectangle,
        WindowClass,
    };
    use x11rb::rust_connection::RustConnection;
    use x11rb::wrapper::ConnectionExt as _;

    /// Text in a window of the host's; main thread.
    pub(crate) struct Plain {
        connection: RustConnection,
        screen: usize,
        text: String,
        size: Cell<(u16, u16)>,
        /// Once the host has given a window for it.
        window: Cell<Option<u32>>,
    }

    /// As in the theme: near black, and near white.
    const GROUND: u32 = 0x0013_151a;
    const TEXT: u32 = 0x00e8_eaed;
    /// The text stands on so much ground, pixels; beyond, it is repeated.
    const SHEET: (u16, u16) = (4000, 3000);
    const LETTERS: usize = 78;
    const LINE: i16 = 22;

    impl Plain {
        /// Nothing where there is no X display.
        pub(crate) fn new(text: &str, (width, height): (u32, u32)) -> Option<Self> {
            let (connection, screen) = x11rb::connect(None).ok()?;
            let size = Cell::new((short(width), short(height)));
            Some(Self {
                connection,
                screen,
                text: String::from(text),
                size,
                window: Cell::new(None),
            })
        }

        pub(crate) fn show_in(&self, parent: ParentWindowHandle) -> Result<(), ReplyOrIdError> {
            let parent = match parent {
                ParentWindowHandle::XlibWindow(id) => u32::try_from(id).unwrap_or_default(),
                ParentWindowHandle::XcbWindow(id) => id.get(),
                ParentWindowHandle::AppKitNsView(_) | ParentWindowHandle::Win32Hwnd(_) => {
                    return Ok(());
                }
            };
            let sheet = self.sheet()?;
            let (connection, (width, height)) = (&self.connection, self.size.get());
            let window = connection.generate_id()?;
            // The server paints the ground again whenever it is uncovered, so that nobody need listen.
            let look = CreateWindowAux::new().background_pixmap(sheet);
            let (depth, class) = (x11rb::COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
            connection
                .create_window(depth, window, parent, 0, 0, width, height, 0, class, 0, &look)?;
            connection.map_window(window)?;
            connection.free_pixmap(sheet)?;
            connection.sync()?;
            self.window.set(Some(window));
            Ok(())
        }

        pub(crate) fn resize(&self, width: u32, height: u32) -> Result<(), ReplyOrIdError> {
            self.size.set((short(width), short(height)));
            if let Some(window) = self.window.get() {
                let size = ConfigureWindowAux::new().width(width).height(height);
                self.connection.configure_window(window, &size)?;
                self.connection.sync()?;
            }
            Ok(())
        }

        /// The text on its ground.
        fn sheet(&self) -> Result<u32, ReplyOrIdError> {
            let connection = &self.connection;
            let root = &connection.setup().roots[self.screen];
            let (sheet, pen, font) =
                (connection.generate_id()?, connection.generate_id()?, connection.generate_id()?);
            connection.create_pixmap(root.root_depth, sheet, root.root, SHEET.0, SHEET.1)?;
            connection.open_font(font, b"fixed")?;
            let colors = CreateGCAux::new().foreground(GROUND).background(GROUND).font(font);
            connection.create_gc(pen, sheet, &colors)?;
            let whole = Rectangle { x: 0, y: 0, width: SHEET.0, height: SHEET.1 };
            connection.poly_fill_rectangle(sheet, pen, &[whole])?;
            let ink = x11rb::protocol::xproto::ChangeGCAux::new().foreground(TEXT);
            connection.change_gc(pen, &ink)?;
            for (y, line) in (1..).map(|row| 24 + row * LINE).zip(lines(&self.text)) {
                connection.image_text8(sheet, pen, 32, y, line.as_bytes())?;
            }
            connection.free_gc(pen)?;
            connection.close_font(font)?;
            Ok(sheet)
        }
    }

    impl Drop for Plain {
        fn drop(&mut self) {
            if let Some(window) = self.window.get()
                && self.connection.destroy_window(window).is_ok()
            {
                self.connection.sync().ok(); // the host may have destroyed it with its own
            }
        }
    }

    fn short(length: u32) -> u16 {
        u16::try_from(length).unwrap_or(u16::MAX).max(1)
    }

    /// Lines of words, each short enough. Letters that the server's font lacks are left out.
    fn lines(text: &str) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let word: String = word.chars().filter(char::is_ascii).collect();
            match lines.last_mut() {
                Some(line) if line.is_empty() => *line = word,
                Some(line) if line.len() + 1 + word.len() <= LETTERS => {
                    line.push(' ');
                    line.push_str(&word);
                }
                _ => lines.push(word),
            }
        }
        lines
    }

    #[cfg(test)]
    mod tests {
        use super::{LETTERS, lines};

        #[test]
        fn words_stand_in_lines() {
            let text = "a word ".repeat(40);
            let lines = lines(&text);
            assert!(lines.len() > 2 && lines.iter().all(|it| it.len() <= LETTERS));
            assert_eq!(lines.join(" "), text.trim());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use nice_plug::editor::ParentWindowHandle;

    /// Never made.
    pub(crate) enum Plain {}

    impl Plain {
        pub(crate) fn new(_: &str, _: (u32, u32)) -> Option<Self> {
            None
        }

        pub(crate) fn show_in(&self, _: ParentWindowHandle) -> Result<(), String> {
            match *self {}
        }

        pub(crate) fn resize(&self, _: u32, _: u32) -> Result<(), String> {
            match *self {}
        }
    }
}
