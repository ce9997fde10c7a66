//! What a plugin may ask of the CLAP host, and what becomes of it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_host::prelude::*;
use clack_host::utils::ClapId;

/// What the plugin may ask of the host from any thread.
#[derive(Default)]
pub struct Shared {
    pub(super) restarts: AtomicU32,
    pub(super) wants_main: AtomicBool,
}

impl<'a> SharedHandler<'a> for Shared {
    fn request_restart(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
    }
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.wants_main.store(true, Ordering::Relaxed);
    }
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}
    fn request_resize(&self, _: GuiSize) -> Result<(), HostError> {
        Ok(())
    }
    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn closed(&self, _: bool) {}
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {}
}

/// What the plugin may ask of the host from the main thread.
pub struct Main;

impl<'a> MainThreadHandler<'a> for Main {}

impl HostLatencyImpl for Main {
    fn changed(&self) {}
}

impl HostParamsImplMainThread for Main {
    fn rescan(&self, _: ParamRescanFlags) {}
    fn clear(&self, _: ClapId, _: ParamClearFlags) {}
}

pub struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Shared;
    type MainThread<'a> = Main;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _: &Self::Shared<'_>) {
        builder.register::<HostLatency>().register::<HostParams>().register::<HostGui>();
    }
}
