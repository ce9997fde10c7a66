//! The X11 window in which a host shows an editor.

use anyhow::{Context as _, Result};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A window that is shown while this lives.
pub struct Parent {
    connection: RustConnection,
    id: u32,
    damage: u32,
}

impl Parent {
    /// Show a window on the display that the environment names.
    pub fn open((width, height): (u32, u32)) -> Result<Self> {
        let (connection, screen) = x11rb::connect(None).context("reach an X display")?;
        let root = &connection.setup().roots[screen];
        let (id, damage) = (connection.generate_id()?, connection.generate_id()?);
        connection.create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            id,
            root.root,
            0,
            0,
            u16::try_from(width)?,
            u16::try_from(height)?,
            0,
            WindowClass::INPUT_OUTPUT,
            root.root_visual,
            &CreateWindowAux::new().background_pixel(root.black_pixel),
        )?;
        connection.map_window(id)?;
        connection.damage_query_version(1, 1)?.reply().context("ask for the damage extension")?;
        connection.damage_create(damage, id, ReportLevel::NON_EMPTY)?;
        connection.sync()?;
        let window = Self { connection, id, damage };
        window.is_painted()?;
        Ok(window)
    }

    pub fn id(&self) -> u32 {
        self.id
    }

    pub fn resize(&self, (width, height): (u32, u32)) -> Result<()> {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(self.id, &size)?;
        Ok(self.connection.sync()?)
    }

    /// Whether something has been painted in it, or in a window in it, since this was asked last.
    pub fn is_painted(&self) -> Result<bool> {
        let mut is_painted = false;
        while let Some(event) = self.connection.poll_for_event()? {
            is_painted |= matches!(event, Event::DamageNotify(_));
        }
        if is_painted {
            // From now on the next is told.
            self.connection.damage_subtract(self.damage, x11rb::NONE, x11rb::NONE)?;
            self.connection.flush()?;
        }
        Ok(is_painted)
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        // The server clears up after a connection that is lost.
        if self.connection.destroy_window(self.id).is_ok() {
            self.connection.sync().ok();
        }
    }
}
