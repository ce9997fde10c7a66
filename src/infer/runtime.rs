//! The two runtimes behind one enum: the note graph as a function from named arrays to named arrays.

mod embedded;
mod library;
mod native;

use std::path::PathBuf;

pub use library::LibraryError;

use super::muse::ComposeError;

/// What runs the graphs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// The pure Rust one inside the binary.
    #[default]
    Embedded,
    /// ONNX Runtime in a shared library, which is loaded only if its file has this SHA-256 (hexadecimal). One library serves
    /// the whole process.
    Native { library: PathBuf, sha256: String },
}

/// An array that is given to the graph, row by row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'a> {
    Integers(&'a [i64]),
    Floats(&'a [f32]),
}

/// Name and shape of an array that the graph takes.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) shape: Vec<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integers,
    Floats,
}

/// What one run of the graph gives; kept from run to run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outputs {
    pub(super) drawn: [i64; 5],
    /// Of every class of every field, natural.
    pub(super) log_probabilities: Vec<f32>,
    pub(super) state: Vec<f32>,
}

/// The note graph, ready to run.
#[derive(Debug)]
pub(super) enum Graph {
    Embedded(Box<embedded::EmbeddedGraph>),
    Native(Box<native::NativeGraph>),
}

/// Why a runtime does not take a graph.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("load the runtime's library")]
    Library(#[from] LibraryError),
    #[error("load the note graph: {reason}")]
    Graph { reason: String },
    #[error("load the note graph: it has no input `{name}` of the right shape and type")]
    Input { name: &'static str },
    #[error("load the note graph: it has no output `{name}` of the right shape and type")]
    Output { name: &'static str },
}

pub(super) const OUTPUTS: [&str; 3] = ["drawn", "logp", "state_out"];
const NOTE_GRAPH: &str = "note";

impl Graph {
    /// `inputs` in the order in which `run` is given them.
    pub(super) fn load(
        bytes: &[u8],
        inputs: &[Input],
        runtime: &Runtime,
    ) -> Result<Self, LoadError> {
        Ok(match runtime {
            Runtime::Embedded => {
                Self::Embedded(Box::new(embedded::EmbeddedGraph::load(bytes, inputs)?))
            }
            Runtime::Native { library, sha256 } => {
                let library = library::load(library, sha256)?;
                Self::Native(Box::new(native::NativeGraph::load(bytes, inputs, &library)?))
            }
        })
    }

    /// For people.
    pub(super) fn runtime_name(&self) -> String {
        match self {
            Self::Embedded(_) => "tract".to_owned(),
            Self::Native(graph) => format!("ONNX Runtime {}", graph.version()),
        }
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut Outputs,
    ) -> Result<(), ComposeError> {
        match self {
            Self::Embedded(graph) => graph.run(inputs, outputs),
            Self::Native(graph) => graph.run(inputs, outputs),
        }
    }
}

impl Outputs {
    pub(super) fn new(state: usize) -> Self {
        Self {
            drawn: [0; 5],
            log_probabilities: vec![0.0; super::Controls::NOISE],
            state: vec![0.0; state],
        }
    }
}

fn run_error(reason: impl std::fmt::Display) -> ComposeError {
    ComposeError::Run { graph: NOTE_GRAPH, reason: reason.to_string() }
}

/// Copy an output into its place.
fn fill<T: Copy>(place: &mut [T], values: &[T], output: usize) -> Result<(), ComposeError> {
    if place.len() != values.len() {
        return Err(output_error(output));
    }
    place.copy_from_slice(values);
    Ok(())
}

fn output_error(output: usize) -> ComposeError {
    ComposeError::Output { graph: NOTE_GRAPH, output: OUTPUTS[output] }
}
