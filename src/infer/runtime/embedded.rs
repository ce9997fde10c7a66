//! The embedded runtime, tract: pure Rust. Its panics are caught and become errors. Instances with the same graph share its weights.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sha2::{Digest as _, Sha256};
use tract_onnx::prelude::{
    DatumType, Framework, InferenceModelExt, IntoRunnable, OutletId, SpecialOps, TValue, TVec,
    Tensor, TractResult, TypedModel, TypedModelPatch, TypedSimplePlan, TypedSimpleState,
};
use tract_onnx::tract_core::ops::cast::Cast;

use super::{
    ComposeError, Input, Kind, LoadError, OUTPUTS, Outputs, Values, fill, output_error, run_error,
};

/// An optimized graph and the arrays that are given to it, reused from run to run.
#[derive(Debug)]
pub(in crate::infer) struct EmbeddedGraph {
    prepared: Arc<Prepared>,
    state: TypedSimpleState,
    /// In our order.
    tensors: Vec<Arc<Tensor>>,
    /// Index into `tensors` of each of the graph's inputs.
    input_order: Vec<usize>,
    /// Index into the graph's outputs of each of `OUTPUTS`.
    output_order: [usize; 3],
}

/// A graph as all instances use it, with its weights.
#[derive(Debug)]
struct Prepared {
    plan: Arc<TypedSimplePlan>,
    /// In the graph's order.
    input_names: Vec<String>,
    output_names: Vec<String>,
}

/// The graphs in use, by the SHA-256 of their files.
static IN_USE: Mutex<Vec<([u8; 32], Weak<Prepared>)>> = Mutex::new(Vec::new());

impl Prepared {
    /// The graph as another instance uses it, or prepared now. Two instances that open one at the same time wait for one another.
    fn shared(bytes: &[u8]) -> Result<Arc<Self>, LoadError> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.retain(|it| it.1.strong_count() > 0);
        if let Some(known) = in_use.iter().find(|it| it.0 == hash).and_then(|it| it.1.upgrade()) {
            return Ok(known);
        }
        let prepared = Arc::new(Self::prepare(bytes).map_err(refused)?);
        in_use.push((hash, Arc::downgrade(&prepared)));
        Ok(prepared)
    }

    fn prepare(bytes: &[u8]) -> TractResult<Self> {
        let model = tract_onnx::onnx().model_for_read(&mut &*bytes)?;
        let mut input_names = Vec::new();
        for outlet in model.input_outlets()? {
            input_names.push(model.node(outlet.node).name.clone());
        }
        let mut output_names = Vec::new();
        for outlet in model.output_outlets()? {
            let label = model.outlet_label(*outlet);
            output_names.push(label.unwrap_or(&model.node(outlet.node).name).to_owned());
        }
        let model = fold_casts(model.into_typed()?)?.into_optimized()?;
        Ok(Self { plan: model.into_runnable()?, input_names, output_names })
    }
}

fn refused(error: tract_onnx::prelude::TractError) -> LoadError {
    LoadError::Graph { reason: format!("{error:#}") }
}

impl EmbeddedGraph {
    pub(super) fn load(bytes: &[u8], inputs: &[Input]) -> Result<Self, LoadError> {
        catch_unwind(|| Self::load_unguarded(bytes, inputs))
            .unwrap_or_else(|panic| Err(LoadError::Graph { reason: reason_of(&*panic) }))
    }

    fn load_unguarded(bytes: &[u8], inputs: &[Input]) -> Result<Self, LoadError> {
        let prepared = Prepared::shared(bytes)?;
        let mut input_order = Vec::new();
        for (index, name) in prepared.input_names.iter().enumerate() {
            let known = inputs.iter().position(|input| input.name == name.as_str());
            let ours = known.ok_or_else(|| LoadError::Graph {
                reason: format!("it asks for an unknown input `{name}`"),
            })?;
            let input = &inputs[ours];
            let fact = prepared.plan.model().input_fact(index).map_err(refused)?;
            let shape = fact.shape.as_concrete();
            if shape != Some(&input.shape[..]) || fact.datum_type != datum_type(input.kind) {
                return Err(LoadError::Input { name: input.name });
            }
            input_order.push(ours);
        }
        let is_asked_for = |it: &&Input| prepared.input_names.iter().any(|name| name == it.name);
        if let Some(input) = inputs.iter().find(|it| !is_asked_for(it)) {
            return Err(LoadError::Input { name: input.name });
        }
        let mut output_order = [0; 3];
        for (place, name) in output_order.iter_mut().zip(OUTPUTS) {
            let found = prepared.output_names.iter().position(|output| output == name);
            *place = found.ok_or(LoadError::Output { name })?;
        }
        let tensors = inputs.iter().map(blank).collect::<TractResult<_>>().map_err(refused)?;
        let state = prepared.plan.spawn().map_err(refused)?;
        Ok(Self { prepared, state, tensors, input_order, output_order })
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut Outputs,
    ) -> Result<(), ComposeError> {
        let run = catch_unwind(AssertUnwindSafe(|| self.run_unguarded(inputs)));
        let values = match run {
            Ok(Ok(values)) => values,
            Ok(Err(error)) => return Err(self.recover(&format!("{error:#}"))),
            Err(panic) => return Err(self.recover(&reason_of(&*panic))),
        };
        fill(&mut outputs.drawn, self.output::<i64>(&values, 0)?, 0)?;
        fill(&mut outputs.log_probabilities, self.output::<f32>(&values, 1)?, 1)?;
        fill(&mut outputs.state, self.output::<f32>(&values, 2)?, 2)
    }

    fn run_unguarded(&mut self, inputs: &[Values<'_>]) -> TractResult<TVec<TValue>> {
        for (tensor, values) in self.tensors.iter_mut().zip(inputs) {
            match values {
                Values::Integers(values) => write(tensor, values)?,
                Values::Floats(values) => write(tensor, values)?,
            }
        }
        let tensors = self.input_order.iter().map(|index| Arc::clone(&self.tensors[*index]));
        self.state.run(tensors.map(TValue::from_const).collect())
    }

    /// A run that broke off leaves values behind; begin anew.
    fn recover(&mut self, reason: &str) -> ComposeError {
        match self.prepared.plan.spawn() {
            Ok(state) => self.state = state,
            Err(error) => return run_error(format!("{reason}; then {error:#}")),
        }
        run_error(reason)
    }

    fn output<'v, T: tract_onnx::prelude::Datum>(
        &self,
        values: &'v TVec<TValue>,
        output: usize,
    ) -> Result<&'v [T], ComposeError> {
        let value = values.get(self.output_order[output]).ok_or_else(|| output_error(output))?;
        let view = value.try_as_plain_ram().map_err(|_| output_error(output))?;
        view.as_slice::<T>().map_err(|_| output_error(output))
    }
}

/// Give the half-precision weights their full width now: tract itself leaves the large tables to be cast at each run.
fn fold_casts(mut model: TypedModel) -> TractResult<TypedModel> {
    for id in 0..model.nodes().len() {
        let node = model.node(id);
        let Some(cast) = node.op_as::<Cast>() else { continue };
        let Some(konst) = &model.outlet_fact(node.inputs[0])?.konst else { continue };
        let wide = konst.cast_to_dt(cast.to)?.into_owned();
        let mut patch = TypedModelPatch::default();
        let wire = patch.add_const(node.name.clone(), wide)?;
        patch.shunt_outside(&model, OutletId::new(id, 0), wire)?;
        patch.apply(&mut model)?;
    }
    Ok(model)
}

fn datum_type(kind: Kind) -> DatumType {
    match kind {
        Kind::Integers => DatumType::I64,
        Kind::Floats => DatumType::F32,
    }
}

fn blank(input: &Input) -> TractResult<Arc<Tensor>> {
    Tensor::zero_dt(datum_type(input.kind), &input.shape).map(Arc::new)
}

/// Write into the tensor in place, or into a new one if the last run still holds it.
fn write<T: tract_onnx::prelude::Datum + Copy>(
    tensor: &mut Arc<Tensor>,
    values: &[T],
) -> TractResult<()> {
    if let Some(tensor) = Arc::get_mut(tensor)
        && tensor.len() == values.len()
    {
        let mut view = tensor.try_as_plain_ram_mut()?;
        view.as_slice_mut::<T>()?.copy_from_slice(values);
        return Ok(());
    }
    *tensor = Arc::new(Tensor::from_shape(tensor.shape(), values)?);
    Ok(())
}

fn reason_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the runtime panicked: {}", text.unwrap_or_else(|| "no reason given".to_owned()))
}
