//! The VST3 entry point.
//!
//! [`Guarded`] owns the framework's `Wrapper` and implements the same interfaces: what needs no correction is forwarded
//! by the macro `forward!`, the rest stands in the blocks that follow its lists.
#![expect(unsafe_code, reason = "the VST3 interfaces are COM interfaces of raw pointers")]

mod controllers;
mod factory;

use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use nice_plug::prelude::Vst3Plugin;
use nice_plug::wrapper::vst3::Wrapper;
use nice_plug::wrapper::vst3::vst3::Class;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ChannelContext::{
    IInfoListener, IInfoListenerTrait,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirection, BusDirections_, BusInfo, BusType,
    BusTypes_, CString, CtrlNumber, IAttributeList, IAudioProcessor, IAudioProcessorTrait,
    IComponent, IComponentHandler, IComponentTrait, IEditController, IEditControllerTrait,
    IMidiMapping, IMidiMappingTrait, INoteExpressionController, INoteExpressionControllerTrait,
    IProcessContextRequirements, IProcessContextRequirementsTrait, IUnitInfo, IUnitInfoTrait,
    IoMode, MediaType, MediaTypes_, NoteExpressionTypeID, NoteExpressionTypeInfo,
    NoteExpressionValue, ParamID, ParamValue, ParameterInfo, ProcessData, ProcessSetup,
    ProgramListID, ProgramListInfo, RoutingInfo, SpeakerArrangement, String128,
    SymbolicSampleSizes_, TChar, UnitID, UnitInfo, ViewType,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IBStream, IPlugView, IPluginBaseTrait, TBool, TUID, int16, int32,
    kInvalidArgument, kNotInitialized, kResultFalse, kResultOk, tresult, uint32,
};

use super::buses::Buses;

// Some systems' C enumerations are signed and some are not.
const AUDIO: MediaType = MediaTypes_::kAudio as MediaType;
const INPUT: BusDirection = BusDirections_::kInput as BusDirection;
const OUTPUT: BusDirection = BusDirections_::kOutput as BusDirection;
const SAMPLE_32: int32 = SymbolicSampleSizes_::kSample32 as int32;

/// One instance as the host sees it.
struct Guarded<P: Vst3Plugin> {
    inner: ManuallyDrop<Wrapper<P>>,
    /// Nothing before the first `setupProcessing`.
    max_frames: Mutex<Option<usize>>,
    /// Made by `setActive`. The audio thread only tries the lock, and VST3 forbids calling `setActive` meanwhile, so it
    /// is never contended and makes no system call.
    buses: Mutex<Option<Buses<AudioBusBuffers>>>,
}

impl<P: Vst3Plugin> Drop for Guarded<P> {
    /// On Linux, automation that arrives while the editor opens or closes makes the framework's background thread
    /// panic. The loss is noticed only here, where dropping the last instance panics too; that must not reach the host
    /// as an abort.
    fn drop(&mut self) {
        // SAFETY: `inner` is dropped nowhere else and not used after this.
        let dropped =
            catch_unwind(AssertUnwindSafe(|| unsafe { ManuallyDrop::drop(&mut self.inner) }));
        // Nobody is left to whom a panic could be shown.
        dropped.ok();
    }
}

impl<P: Vst3Plugin> Class for Guarded<P> {
    type Interfaces = (
        IComponent,
        IEditController,
        IAudioProcessor,
        IMidiMapping,
        INoteExpressionController,
        IProcessContextRequirements,
        IUnitInfo,
        IInfoListener,
    );
}

/// Implements an interface: the listed methods are forwarded to the framework, what follows is implemented here.
macro_rules! forward {
    ($interface:path { $(fn $method:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)* } $($corrected:tt)*) => {
        impl<P: Vst3Plugin> $interface for Guarded<P> {
            $(unsafe fn $method(&self, $($arg: $ty),*) -> $ret {
                // SAFETY: the host's promises to this call are passed on unchanged.
                unsafe { <Wrapper<P> as $interface>::$method(&self.inner, $($arg),*) }
            })*
            $($corrected)*
        }
    };
}

impl<P: Vst3Plugin> Guarded<P> {
    fn new() -> Self {
        Self {
            inner: ManuallyDrop::new(Wrapper::new()),
            max_frames: Mutex::new(None),
            buses: Mutex::new(None),
        }
    }

    fn max_frames(&self) -> Option<usize> {
        *self.max_frames.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Parameters but for the controllers, which the framework counts last.
    fn own_parameters(&self) -> int32 {
        // SAFETY: the call reads a length.
        unsafe { self.inner.getParameterCount() - controllers::OF_FRAMEWORK }
    }

    /// Channel counts of the present layout's buses.
    fn channel_counts(&self, direction: BusDirection) -> Vec<usize> {
        // SAFETY: the struct is plain data for which all zeros is a value, and the framework fills it in.
        unsafe {
            let mut bus: BusInfo = std::mem::zeroed();
            (0..self.inner.getBusCount(AUDIO, direction))
                .map(|index| {
                    let result = self.inner.getBusInfo(AUDIO, direction, index, &raw mut bus);
                    if result == kResultOk {
                        usize::try_from(bus.channelCount).unwrap_or(0)
                    } else {
                        0
                    }
                })
                .collect()
        }
    }
}

forward!(IPluginBaseTrait {
    fn initialize(context: *mut FUnknown) -> tresult;
    fn terminate() -> tresult;
});

forward!(IComponentTrait {
    fn getControllerClassId(class_id: *mut TUID) -> tresult;
    fn setIoMode(mode: IoMode) -> tresult;
    fn getBusCount(media: MediaType, direction: BusDirection) -> int32;
    fn getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
    fn activateBus(media: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult;
    fn setState(state: *mut IBStream) -> tresult;
    fn getState(state: *mut IBStream) -> tresult;
}
    /// An instrument's further outputs are main buses by convention; Studio One hides those marked as aux.
    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        bus: *mut BusInfo,
    ) -> tresult {
        // SAFETY: the host passes null or a struct to fill in, and the framework refuses null.
        unsafe {
            let result = self.inner.getBusInfo(media, direction, index, bus);
            if result == kResultOk && media == AUDIO && direction == OUTPUT {
                (*bus).busType = BusTypes_::kMain as BusType;
            }
            result
        }
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        if state != 0 {
            // Carla's scanner activates before it sets up, which the framework would refuse.
            if self.max_frames().is_none() {
                let mut setup = ProcessSetup {
                    processMode: 0,
                    symbolicSampleSize: SAMPLE_32,
                    maxSamplesPerBlock: 1024,
                    sampleRate: 44100.0,
                };
                // SAFETY: a whole struct of our own.
                unsafe { self.setupProcessing(&raw mut setup) };
            }
            // SAFETY: the struct is plain data; all zeros is a bus without channels.
            let blank = unsafe { std::mem::zeroed() };
            let (inputs, outputs) = (self.channel_counts(INPUT), self.channel_counts(OUTPUT));
            *self.buses.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Buses::new(&inputs, &outputs, self.max_frames().unwrap_or(0), blank));
        }
        // SAFETY: passed on unchanged.
        unsafe { self.inner.setActive(state) }
    }
);

forward!(IAudioProcessorTrait {
    fn getBusArrangement(direction: BusDirection, index: int32, arrangement: *mut SpeakerArrangement) -> tresult;
    fn canProcessSampleSize(size: int32) -> tresult;
    fn getLatencySamples() -> uint32;
    fn getTailSamples() -> uint32;
}
    /// The framework refuses null arrays, which hosts pass for zero buses.
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        if (input_count > 0 && inputs.is_null()) || (output_count > 0 && outputs.is_null()) {
            return kInvalidArgument;
        }
        let mut none: SpeakerArrangement = 0;
        let inputs = if inputs.is_null() { &raw mut none } else { inputs };
        let outputs = if outputs.is_null() { &raw mut none } else { outputs };
        // SAFETY: the arrays are the host's, of the length it says, or of length zero and not read.
        unsafe { self.inner.setBusArrangements(inputs, input_count, outputs, output_count) }
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        super::introduce_thread();
        // SAFETY: passed on unchanged.
        unsafe { self.inner.setProcessing(state) }
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // SAFETY: the host passes null or a whole struct.
        let Some(asked) = (unsafe { setup.as_ref() }) else { return kInvalidArgument };
        let Ok(max_frames) = usize::try_from(asked.maxSamplesPerBlock) else { return kResultFalse };
        if asked.symbolicSampleSize != SAMPLE_32 {
            return kResultFalse;
        }
        *self.max_frames.lock().unwrap_or_else(PoisonError::into_inner) = Some(max_frames);
        // The framework stores the configuration before it takes over the process mode, so the mode arrives only with
        // the next call. Without a second one, a bounce would run as real time.
        // SAFETY: passed on unchanged.
        unsafe {
            self.inner.setupProcessing(setup);
            self.inner.setupProcessing(setup)
        }
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: the host passes null or a block that is valid for this call.
        let Some(host) = (unsafe { data.as_ref() }) else { return kInvalidArgument };
        let Ok(mut buses) = self.buses.try_lock() else { return kResultFalse };
        let Some(buses) = buses.as_mut() else { return kNotInitialized };
        let Some(frames) =
            usize::try_from(host.numSamples).ok().filter(|frames| *frames <= buses.max_frames)
        else {
            return kInvalidArgument;
        };
        if frames > 0 && host.symbolicSampleSize != SAMPLE_32 {
            return kInvalidArgument;
        }
        // SAFETY: both readings of the union are pointers, and samples are of 32 bits, as checked above.
        let read = |bus: &AudioBusBuffers| unsafe {
            (bus.__field0.channelBuffers32, usize::try_from(bus.numChannels).unwrap_or(0))
        };
        let write = |_: Option<&AudioBusBuffers>, channels: &mut [*mut f32]| AudioBusBuffers {
            numChannels: int32::try_from(channels.len()).unwrap_or(0),
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: channels.as_mut_ptr() },
        };
        let inputs = usize::try_from(host.numInputs).unwrap_or(0);
        let outputs = if host.outputs.is_null() { 0 } else { usize::try_from(host.numOutputs).unwrap_or(0) };
        // SAFETY: VST3 promises as many buses as it counts, with as many channels as each counts and `frames` samples
        // in each channel that is there; the block is no longer than the host announced to `setupProcessing`.
        unsafe {
            buses.inputs.connect(host.inputs, inputs, frames, read, write);
            buses.outputs.connect(host.outputs, outputs, frames, read, write);
        }
        // No channel anywhere is the way of the SDK to flush parameters (and of Live to bypass): nothing may be
        // rendered then. The framework takes a block without buses for a flush.
        // SAFETY: as above.
        let flush = !(0..outputs).any(|index| unsafe { (*host.outputs.add(index)).numChannels > 0 });
        let (passed_inputs, passed_outputs) = (buses.inputs.passed(), buses.outputs.passed());
        let mut guarded = ProcessData {
            numInputs: int32::try_from(passed_inputs.len()).unwrap_or(0),
            inputs: passed_inputs.as_mut_ptr(),
            numOutputs: if flush { 0 } else { int32::try_from(passed_outputs.len()).unwrap_or(0) },
            outputs: passed_outputs.as_mut_ptr(),
            ..*host
        };
        // SAFETY: `guarded` differs from the host's block only in buses that are complete and valid for this call.
        unsafe {
            let result = self.inner.process(&raw mut guarded);
            for index in 0..outputs {
                // The framework never sets them, so that whatever the host left there would stand.
                (*host.outputs.add(index)).silenceFlags = 0;
            }
            result
        }
    }
);

forward!(IEditControllerTrait {
    fn setComponentState(state: *mut IBStream) -> tresult;
    fn setState(state: *mut IBStream) -> tresult;
    fn getState(state: *mut IBStream) -> tresult;
    fn getParamStringByValue(id: ParamID, value: ParamValue, string: *mut String128) -> tresult;
    fn getParamValueByString(id: ParamID, string: *mut TChar, value: *mut ParamValue) -> tresult;
    fn normalizedParamToPlain(id: ParamID, value: ParamValue) -> ParamValue;
    fn plainParamToNormalized(id: ParamID, value: ParamValue) -> ParamValue;
    fn getParamNormalized(id: ParamID) -> ParamValue;
    fn setParamNormalized(id: ParamID, value: ParamValue) -> tresult;
    fn setComponentHandler(handler: *mut IComponentHandler) -> tresult;
}
    unsafe fn getParameterCount(&self) -> int32 {
        self.own_parameters() + controllers::SHOWN
    }

    /// The framework panics, and so aborts the host, on an index that equals its count.
    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        let own = self.own_parameters();
        let index = if index < own { Some(index) } else { controllers::place(index - own).map(|it| own + it) };
        let Some(index) = index.filter(|it| *it >= 0) else { return kInvalidArgument };
        // SAFETY: the index is one of the framework's; the struct is passed on unchanged.
        unsafe { self.inner.getParameterInfo(index, info) }
    }

    /// The framework gives its editor for a view of any name.
    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        // SAFETY: the host passes null or a string that ends in a zero.
        unsafe {
            if name.is_null() || CStr::from_ptr(name) != CStr::from_ptr(ViewType::kEditor) {
                return std::ptr::null_mut();
            }
            self.inner.createView(name)
        }
    }
);

forward!(IMidiMappingTrait {}
    unsafe fn getMidiControllerAssignment(&self, bus: int32, channel: int16, cc: CtrlNumber, id: *mut ParamID) -> tresult {
        if !controllers::is_shown(cc) {
            return kResultFalse;
        }
        // SAFETY: passed on unchanged.
        unsafe { self.inner.getMidiControllerAssignment(bus, channel, cc, id) }
    }
);

forward!(INoteExpressionControllerTrait {
    fn getNoteExpressionCount(bus: int32, channel: int16) -> int32;
    fn getNoteExpressionInfo(bus: int32, channel: int16, index: int32, info: *mut NoteExpressionTypeInfo) -> tresult;
    fn getNoteExpressionStringByValue(bus: int32, channel: int16, id: NoteExpressionTypeID, value: NoteExpressionValue, string: *mut String128) -> tresult;
    fn getNoteExpressionValueByString(bus: int32, channel: int16, id: NoteExpressionTypeID, string: *const TChar, value: *mut NoteExpressionValue) -> tresult;
});

forward!(IProcessContextRequirementsTrait {
    fn getProcessContextRequirements() -> uint32;
});

forward!(IUnitInfoTrait {
    fn getUnitCount() -> int32;
    fn getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult;
    fn getProgramListCount() -> int32;
    fn getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult;
    fn getProgramName(list: ProgramListID, index: int32, name: *mut String128) -> tresult;
    fn getProgramInfo(list: ProgramListID, index: int32, attribute: CString, value: *mut String128) -> tresult;
    fn hasProgramPitchNames(list: ProgramListID, index: int32) -> tresult;
    fn getProgramPitchName(list: ProgramListID, index: int32, pitch: int16, name: *mut String128) -> tresult;
    fn getSelectedUnit() -> UnitID;
    fn selectUnit(id: UnitID) -> tresult;
    fn getUnitByBus(media: MediaType, direction: BusDirection, bus: int32, channel: int32, id: *mut UnitID) -> tresult;
    fn setUnitProgramData(list: int32, index: int32, data: *mut IBStream) -> tresult;
});

forward!(IInfoListenerTrait {
    fn setChannelContextInfos(list: *mut IAttributeList) -> tresult;
});
