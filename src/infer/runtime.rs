//! The runtimes behind one enum: a graph as a function from named arrays to named arrays.

mod library;
mod native;
mod program;
mod tract;

use std::path::PathBuf;

pub use library::LibraryError;

use super::muse::ComposeError;

/// What runs the graphs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// What is inside the binary: our own for the graphs that it knows, as it does the default pack's note graph, and tract for the others.
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

/// Where an output of the graph is written, row by row.
#[derive(Debug)]
pub(super) enum Place<'a> {
    Integers(&'a mut [i64]),
    Floats(&'a mut [f32]),
}

/// What a graph must be to be of use.
#[derive(Clone, Debug)]
pub(super) struct Contract {
    /// For people: `note` or `timbre`.
    pub(super) name: &'static str,
    /// In the order in which `run` is given them.
    pub(super) inputs: Vec<Input>,
    /// In the order in which `run` writes them.
    pub(super) outputs: &'static [&'static str],
}

/// A graph, ready to run.
#[derive(Debug)]
pub(super) enum Graph {
    Program(Box<program::ProgramGraph>),
    Tract(Box<tract::TractGraph>),
    Native(Box<native::NativeGraph>),
}

/// Why a runtime does not take a graph.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("load the runtime's library")]
    Library(#[from] LibraryError),
    #[error("load the {graph} graph: {reason}")]
    Graph { graph: &'static str, reason: String },
    #[error("load the {graph} graph: it has no input `{name}` of the right shape and type")]
    Input { graph: &'static str, name: &'static str },
    #[error("load the {graph} graph: it has no output `{name}` of the right shape and type")]
    Output { graph: &'static str, name: &'static str },
}

impl Graph {
    pub(super) fn load(
        bytes: &[u8],
        contract: &Contract,
        runtime: &Runtime,
    ) -> Result<Self, LoadError> {
        Ok(match runtime {
            Runtime::Embedded => match program::ProgramGraph::load(bytes, contract) {
                Some(graph) => Self::Program(Box::new(graph)),
                None => Self::Tract(Box::new(tract::TractGraph::load(bytes, contract)?)),
            },
            Runtime::Native { library, sha256 } => {
                let library = library::load(library, sha256)?;
                Self::Native(Box::new(native::NativeGraph::load(bytes, contract, &library)?))
            }
        })
    }

    /// On tract, whatever the graph.
    #[cfg(test)]
    pub(super) fn on_tract(bytes: &[u8], contract: &Contract) -> Result<Self, LoadError> {
        Ok(Self::Tract(Box::new(tract::TractGraph::load(bytes, contract)?)))
    }

    /// A program of ours computes with the instructions that every processor has from now on.
    #[cfg(test)]
    pub(super) fn compute_plainly(&mut self) {
        if let Self::Program(graph) = self {
            graph.compute_plainly();
        }
    }

    /// For people.
    pub(super) fn runtime_name(&self) -> String {
        match self {
            Self::Program(_) => "the embedded runtime".to_owned(),
            Self::Tract(_) => "tract".to_owned(),
            Self::Native(graph) => format!("ONNX Runtime {}", graph.version()),
        }
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut [Place<'_>],
    ) -> Result<(), ComposeError> {
        match self {
            Self::Program(graph) => graph.run(inputs, outputs),
            Self::Tract(graph) => graph.run(inputs, outputs),
            Self::Native(graph) => graph.run(inputs, outputs),
        }
    }
}

impl Contract {
    fn refused(&self, reason: impl std::fmt::Display) -> LoadError {
        LoadError::Graph { graph: self.name, reason: reason.to_string() }
    }

    fn no_input(&self, name: &'static str) -> LoadError {
        LoadError::Input { graph: self.name, name }
    }

    fn no_output(&self, name: &'static str) -> LoadError {
        LoadError::Output { graph: self.name, name }
    }

    fn failed(&self, reason: impl std::fmt::Display) -> ComposeError {
        ComposeError::Run { graph: self.name, reason: reason.to_string() }
    }

    fn wrong_output(&self, output: usize) -> ComposeError {
        ComposeError::Output { graph: self.name, output: self.outputs[output] }
    }
}

/// Copy an output into its place; whether it fits.
fn fill<T: Copy>(place: &mut [T], values: &[T]) -> bool {
    let fits = place.len() == values.len();
    if fits {
        place.copy_from_slice(values);
    }
    fits
}
