//! ONNX Runtime through a verified native library.

use std::borrow::Cow;

use ort::session::{Session, SessionInputValue, builder::GraphOptimizationLevel};
use ort::value::{DynValue, PrimitiveTensorElementType, Tensor, TensorElementType, ValueType};

use super::library::NativeLibrary;
use super::{ComposeError, Contract, Input, Kind, LoadError, Place, Values, fill};

/// A session on one thread and the arrays that are given to it, reused from run to run.
#[derive(Debug)]
pub(in crate::infer) struct NativeGraph {
    session: Session,
    contract: Contract,
    tensors: Vec<(&'static str, Array)>,
    version: String,
}

#[derive(Debug)]
enum Array {
    Integers(Tensor<i64>),
    Floats(Tensor<f32>),
}

impl NativeGraph {
    pub(super) fn load(
        bytes: &[u8],
        contract: &Contract,
        library: &NativeLibrary,
    ) -> Result<Self, LoadError> {
        let session = session(bytes, library).map_err(|error| contract.refused(error))?;
        let mut tensors = Vec::with_capacity(contract.inputs.len());
        for input in &contract.inputs {
            let found = session.inputs().iter().find(|outlet| outlet.name() == input.name);
            if !found.is_some_and(|outlet| fits(outlet.dtype(), input)) {
                return Err(contract.no_input(input.name));
            }
            let array = blank(input).map_err(|error| contract.refused(error))?;
            tensors.push((input.name, array));
        }
        let is_missing =
            |name: &&&'static str| session.outputs().iter().all(|outlet| outlet.name() != **name);
        if let Some(name) = contract.outputs.iter().find(is_missing) {
            return Err(contract.no_output(name));
        }
        let (contract, version) = (contract.clone(), library.version.clone());
        Ok(Self { session, contract, tensors, version })
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut [Place<'_>],
    ) -> Result<(), ComposeError> {
        for ((name, array), values) in self.tensors.iter_mut().zip(inputs) {
            let written = match (array, values) {
                (Array::Integers(tensor), Values::Integers(values)) => write(tensor, values),
                (Array::Floats(tensor), Values::Floats(values)) => write(tensor, values),
                _ => false,
            };
            if !written {
                let reason = format!("its input `{name}` has another shape or type");
                return Err(self.contract.failed(reason));
            }
        }
        let views = self.tensors.iter().map(|(name, array)| {
            let value: SessionInputValue<'_> = match array {
                Array::Integers(tensor) => tensor.into(),
                Array::Floats(tensor) => tensor.into(),
            };
            (Cow::Borrowed(*name), value)
        });
        let contract = &self.contract;
        let values =
            self.session.run(views.collect::<Vec<_>>()).map_err(|error| contract.failed(error))?;
        for (index, place) in outputs.iter_mut().enumerate() {
            let value = values.get(contract.outputs[index]);
            let written = value.is_some_and(|value| match place {
                Place::Integers(place) => read(value, place),
                Place::Floats(place) => read(value, place),
            });
            if !written {
                return Err(contract.wrong_output(index));
            }
        }
        Ok(())
    }
}

/// One thread that does not spin: the composer's own.
fn session(bytes: &[u8], library: &NativeLibrary) -> ort::Result<Session> {
    Session::builder(&library.environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .commit_from_memory(bytes)
}

fn fits(found: &ValueType, input: &Input) -> bool {
    let ValueType::Tensor { ty, shape, .. } = found else { return false };
    let kind = match input.kind {
        Kind::Integers => TensorElementType::Int64,
        Kind::Floats => TensorElementType::Float32,
    };
    let same = |(found, wanted): (&i64, &usize)| i64::try_from(*wanted) == Ok(*found);
    *ty == kind && shape.len() == input.shape.len() && shape.iter().zip(&input.shape).all(same)
}

fn blank(input: &Input) -> ort::Result<Array> {
    let length = input.shape.iter().product();
    let shape = input.shape.clone();
    Ok(match input.kind {
        Kind::Integers => Array::Integers(Tensor::from_array((shape, vec![0i64; length]))?),
        Kind::Floats => Array::Floats(Tensor::from_array((shape, vec![0f32; length]))?),
    })
}

/// Whether the values fit.
fn write<T: PrimitiveTensorElementType + Copy + std::fmt::Debug>(
    tensor: &mut Tensor<T>,
    values: &[T],
) -> bool {
    let (_, place) = tensor.extract_tensor_mut();
    let fits = place.len() == values.len();
    if fits {
        place.copy_from_slice(values);
    }
    fits
}

/// Whether the value is of the right shape and type.
fn read<T: PrimitiveTensorElementType + Copy>(value: &DynValue, place: &mut [T]) -> bool {
    value.try_extract_tensor::<T>().is_ok_and(|(_, values)| fill(place, values))
}
