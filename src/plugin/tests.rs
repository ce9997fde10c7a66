//! The callback as a host calls it.

use std::sync::mpsc;
use std::time::Duration;

use nice_plug::context::PluginApi;
use nice_plug::context::process::SendEventError;
use nice_plug::prelude::{NoteEvent, Transport};

use super::{
    Antiphon, Audio, AuxiliaryBuffers, Buffer, BufferConfig, ProcessContext, ProcessMode,
    ProcessStatus, Song, Sound,
};
use crate::params::Control;

const FRAMES: usize = 256;

/// A host that plays and turns a controller in each block.
struct Host {
    transport: Transport,
    is_turned: bool,
}

impl ProcessContext<Antiphon> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute_background(&self, (): ()) {
        panic!("the callback asks nobody");
    }
    fn execute_gui(&self, (): ()) {
        panic!("the callback asks nobody");
    }
    fn transport(&self) -> &Transport {
        &self.transport
    }
    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        self.is_turned = !self.is_turned;
        self.is_turned.then_some(NoteEvent::MidiCC { timing: 0, channel: 0, cc: 74, value: 0.5 })
    }
    fn try_send_event(&mut self, _: NoteEvent<()>) -> Result<(), (NoteEvent<()>, SendEventError)> {
        Ok(())
    }
    fn set_latency_samples(&self, _: u32) {}
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _: u32) {}
}

fn block(audio: &mut Audio, song: &Song, host: &mut Host) -> ProcessStatus {
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    let mut buffer = Buffer::default();
    #[expect(unsafe_code, reason = "buffers are made by hosts")]
    // SAFETY: both channels outlive the buffer and are as long as it is told.
    unsafe {
        buffer.set_slices(FRAMES, |channels| *channels = vec![&mut left, &mut right]);
    }
    let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
    audio.process::<Antiphon>(song, FRAMES, &mut buffer, &mut aux, host)
}

#[test]
fn the_callback_never_waits_for_the_window() {
    let song = Song::new();
    let mut audio = Audio::new(song.start(Sound::Synth), Sound::Synth);
    audio.prepare(&BufferConfig {
        sample_rate: 48_000.0,
        min_buffer_size: None,
        max_buffer_size: 256,
        process_mode: ProcessMode::Realtime,
    });
    song.kept.controllers.wait_for(Some(Control::Feel));
    // The window has everything in its hands that it ever locks, for as long as the callback takes, a second at most.
    let (kept, hands) = (song.kept.lock(), song.remote.hands());
    let (done, is_done) = mpsc::channel();
    let told = std::thread::scope(|scope| {
        let (song, audio) = (&song, &mut audio);
        scope.spawn(move || {
            let mut transport = Transport::new(48_000.0);
            (transport.playing, transport.tempo) = (true, Some(120.0));
            let mut host = Host { transport, is_turned: false };
            for _ in 0..200 {
                assert!(matches!(block(audio, song, &mut host), ProcessStatus::KeepAlive));
            }
            done.send(()).ok();
        });
        let told = is_done.recv_timeout(Duration::from_secs(1));
        drop((kept, hands));
        told
    });
    assert_eq!(told, Ok(()), "the callback waited");
    assert!(song.kept.controllers.learn(), "it heard what there was to hear meanwhile");
}
