//! ONNX Runtime through a verified native library.

use std::borrow::Cow;

use ort::session::{Session, SessionInputValue, builder::GraphOptimizationLevel};
use ort::value::{DynValue, PrimitiveTensorElementType, Tensor, TensorElementType, ValueType};

use super::library::NativeLibrary;
use super::{
    ComposeError, Input, Kind, LoadError, OUTPUTS, Outputs, Values, fill, output_error, run_error,
};

/// A session on one thread and the arrays that are given to it, reused from run to run.
#[derive(Debug)]
pub(in crate::infer) struct NativeGraph {
    session: Session,
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
        inputs: &[Input],
        library: &NativeLibrary,
    ) -> Result<Self, LoadError> {
        let session = session(bytes, library)
            .map_err(|error| LoadError::Graph { reason: error.to_string() })?;
        let mut tensors = Vec::with_capacity(inputs.len());
        for input in inputs {
            let found = session.inputs().iter().find(|outlet| outlet.name() == input.name);
            if !found.is_some_and(|outlet| fits(outlet.dtype(), input)) {
                return Err(LoadError::Input { name: input.name });
            }
            let array =
                blank(input).map_err(|error| LoadError::Graph { reason: error.to_string() })?;
            tensors.push((input.name, array));
        }
        if let Some(name) = OUTPUTS
            .into_iter()
            .find(|name| session.outputs().iter().all(|outlet| outlet.name() != *name))
        {
            return Err(LoadError::Output { name });
        }
        Ok(Self { session, tensors, version: library.version.clone() })
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut Outputs,
    ) -> Result<(), ComposeError> {
        for ((name, array), values) in self.tensors.iter_mut().zip(inputs) {
            let written = match (array, values) {
                (Array::Integers(tensor), Values::Integers(values)) => write(tensor, values),
                (Array::Floats(tensor), Values::Floats(values)) => write(tensor, values),
                _ => false,
            };
            if !written {
                return Err(run_error(format!("its input `{name}` has another shape or type")));
            }
        }
        let views = self.tensors.iter().map(|(name, array)| {
            let value: SessionInputValue<'_> = match array {
                Array::Integers(tensor) => tensor.into(),
                Array::Floats(tensor) => tensor.into(),
            };
            (Cow::Borrowed(*name), value)
        });
        let values = self.session.run(views.collect::<Vec<_>>()).map_err(run_error)?;
        let output = |index: usize| values.get(OUTPUTS[index]).ok_or_else(|| output_error(index));
        fill(&mut outputs.drawn, read::<i64>(output(0)?, 0)?, 0)?;
        fill(&mut outputs.log_probabilities, read::<f32>(output(1)?, 1)?, 1)?;
        fill(&mut outputs.state, read::<f32>(output(2)?, 2)?, 2)
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

fn read<T: PrimitiveTensorElementType>(
    value: &DynValue,
    output: usize,
) -> Result<&[T], ComposeError> {
    let (_, values) = value.try_extract_tensor::<T>().map_err(|_| output_error(output))?;
    Ok(values)
}
