//! A note graph as a list of steps over arrays that are laid out beforehand: nothing is allocated, looked up or decided in a run, and matrices are
//! read in half precision. For graphs whose operations are all known and whose shapes are fixed, as those that `training/export.py` writes;
//! the others are tract's.

mod elements;
mod exponential;
mod graph;
mod matrix;
mod pairing;
mod steps;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sha2::{Digest as _, Sha256};

use self::steps::{Arrays, Step};
use super::{ComposeError, Contract, Kind, Place, Values, fill};

/// A graph as all instances use it, with its weights.
#[derive(Debug)]
struct Program {
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    steps: Vec<Step>,
    /// What the arrays are before the first run: constants, and zeros.
    blank: Arrays,
}

/// An input or an output.
#[derive(Clone, Debug)]
struct Port {
    name: String,
    shape: Vec<usize>,
    kind: Kind,
    /// Place in the arrays of its kind.
    at: usize,
}

/// Why a graph is left to tract.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unknown(String);

/// One instance: a program and the arrays that it works in.
#[derive(Debug)]
pub(in crate::infer) struct ProgramGraph {
    program: Arc<Program>,
    arrays: Arrays,
    contract: Contract,
    /// Index into the program's inputs of each of the contract's.
    inputs: Vec<usize>,
    outputs: Vec<usize>,
}

/// The programs in use, by the SHA-256 of their files.
static IN_USE: Mutex<Vec<([u8; 32], Weak<Program>)>> = Mutex::new(Vec::new());

impl Program {
    /// The program as another instance uses it, or made now.
    fn shared(bytes: &[u8]) -> Result<Arc<Self>, Unknown> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.retain(|it| it.1.strong_count() > 0);
        if let Some(known) = in_use.iter().find(|it| it.0 == hash).and_then(|it| it.1.upgrade()) {
            return Ok(known);
        }
        let program = Arc::new(graph::read(bytes)?);
        in_use.push((hash, Arc::downgrade(&program)));
        Ok(program)
    }
}

impl ProgramGraph {
    /// Nothing where the graph has an operation that is not known here, or is not as the contract wants it: tract then takes it, or says why not.
    pub(super) fn load(bytes: &[u8], contract: &Contract) -> Option<Self> {
        let program = catch_unwind(|| Program::shared(bytes)).ok()?.ok()?;
        if program.inputs.len() != contract.inputs.len() {
            return None;
        }
        let place = |ports: &[Port], name: &str| ports.iter().position(|it| it.name == name);
        let mut inputs = Vec::new();
        for input in &contract.inputs {
            let found = place(&program.inputs, input.name)?;
            let port = &program.inputs[found];
            if port.shape != input.shape || port.kind != input.kind {
                return None;
            }
            inputs.push(found);
        }
        let outputs = contract.outputs.iter().map(|name| place(&program.outputs, name));
        let outputs = outputs.collect::<Option<Vec<_>>>()?;
        let arrays = program.blank.clone();
        Some(Self { program, arrays, contract: contract.clone(), inputs, outputs })
    }

    /// From now on with what every processor has.
    #[cfg(test)]
    pub(super) fn compute_plainly(&mut self) {
        self.arrays.instructions = matrix::Instructions::PLAIN;
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut [Place<'_>],
    ) -> Result<(), ComposeError> {
        for (index, values) in inputs.iter().enumerate() {
            let port = &self.program.inputs[self.inputs[index]];
            let written = match values {
                Values::Floats(values) if port.kind == Kind::Floats => {
                    fill(&mut self.arrays.floats[port.at], values)
                }
                Values::Integers(values) if port.kind == Kind::Integers => {
                    fill(&mut self.arrays.integers[port.at], values)
                }
                _ => false,
            };
            if !written {
                let reason = format!("its input `{}` has another shape or type", port.name);
                return Err(self.contract.failed(reason));
            }
        }
        let run = catch_unwind(AssertUnwindSafe(|| {
            self.program.steps.iter().try_for_each(|step| step.run(&mut self.arrays))
        }));
        let failure = match run {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the runtime panicked".to_owned()),
        };
        if let Some(reason) = failure {
            // A step that broke off has its output in its hands.
            self.arrays = self.program.blank.clone();
            return Err(self.contract.failed(reason));
        }
        for (index, place) in outputs.iter_mut().enumerate() {
            let port = &self.program.outputs[self.outputs[index]];
            let written = match place {
                Place::Floats(place) if port.kind == Kind::Floats => {
                    fill(place, &self.arrays.floats[port.at])
                }
                Place::Integers(place) if port.kind == Kind::Integers => {
                    fill(place, &self.arrays.integers[port.at])
                }
                _ => false,
            };
            if !written {
                return Err(self.contract.wrong_output(index));
            }
        }
        Ok(())
    }
}
