//! tract, a runtime in pure Rust, for the graphs that are no programs of ours. Its panics are caught and become errors. Instances with the same graph share its weights.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sha2::{Digest as _, Sha256};
use tract_onnx::prelude::{
    Datum, DatumType, Framework, InferenceModelExt, IntoRunnable, OutletId, SpecialOps, TValue,
    TVec, Tensor, TractError, TractResult, TypedModel, TypedModelPatch, TypedSimplePlan,
    TypedSimpleState,
};
use tract_onnx::tract_core::ops::cast::Cast;

use super::{ComposeError, Contract, Input, Kind, LoadError, Place, Values, fill};

/// An optimized graph and the arrays that are given to it, reused from run to run.
#[derive(Debug)]
pub(in crate::infer) struct TractGraph {
    prepared: Arc<Prepared>,
    contract: Contract,
    state: TypedSimpleState,
    /// In our order.
    tensors: Vec<Arc<Tensor>>,
    /// Index into `tensors` of each of the graph's inputs.
    input_order: Vec<usize>,
    /// Index into the graph's outputs of each of the contract's.
    output_order: Vec<usize>,
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
    fn shared(bytes: &[u8]) -> TractResult<Arc<Self>> {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.retain(|it| it.1.strong_count() > 0);
        if let Some(known) = in_use.iter().find(|it| it.0 == hash).and_then(|it| it.1.upgrade()) {
            return Ok(known);
        }
        let prepared = Arc::new(Self::prepare(bytes)?);
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

impl TractGraph {
    pub(super) fn load(bytes: &[u8], contract: &Contract) -> Result<Self, LoadError> {
        catch_unwind(|| Self::load_unguarded(bytes, contract))
            .unwrap_or_else(|panic| Err(contract.refused(reason_of(&*panic))))
    }

    fn load_unguarded(bytes: &[u8], contract: &Contract) -> Result<Self, LoadError> {
        let refused = |error: TractError| contract.refused(format!("{error:#}"));
        let inputs = &contract.inputs;
        let prepared = Prepared::shared(bytes).map_err(refused)?;
        let mut input_order = Vec::new();
        for (index, name) in prepared.input_names.iter().enumerate() {
            let known = inputs.iter().position(|input| input.name == name.as_str());
            let ours = known.ok_or_else(|| {
                contract.refused(format!("it asks for an unknown input `{name}`"))
            })?;
            let input = &inputs[ours];
            let fact = prepared.plan.model().input_fact(index).map_err(refused)?;
            let shape = fact.shape.as_concrete();
            if shape != Some(&input.shape[..]) || fact.datum_type != datum_type(input.kind) {
                return Err(contract.no_input(input.name));
            }
            input_order.push(ours);
        }
        let is_asked_for = |it: &&Input| prepared.input_names.iter().any(|name| name == it.name);
        if let Some(input) = inputs.iter().find(|it| !is_asked_for(it)) {
            return Err(contract.no_input(input.name));
        }
        let mut output_order = Vec::with_capacity(contract.outputs.len());
        for name in contract.outputs {
            let found = prepared.output_names.iter().position(|output| output == name);
            output_order.push(found.ok_or_else(|| contract.no_output(name))?);
        }
        let tensors = inputs.iter().map(blank).collect::<TractResult<_>>().map_err(refused)?;
        let state = prepared.plan.spawn().map_err(refused)?;
        let contract = contract.clone();
        Ok(Self { prepared, contract, state, tensors, input_order, output_order })
    }

    pub(super) fn run(
        &mut self,
        inputs: &[Values<'_>],
        outputs: &mut [Place<'_>],
    ) -> Result<(), ComposeError> {
        let run = catch_unwind(AssertUnwindSafe(|| self.run_unguarded(inputs)));
        let values = match run {
            Ok(Ok(values)) => values,
            Ok(Err(error)) => return Err(self.recover(&format!("{error:#}"))),
            Err(panic) => return Err(self.recover(&reason_of(&*panic))),
        };
        for (index, place) in outputs.iter_mut().enumerate() {
            let value = values.get(self.output_order[index]);
            let written = value.is_some_and(|value| match place {
                Place::Integers(place) => read(value, place),
                Place::Floats(place) => read(value, place),
            });
            if !written {
                return Err(self.contract.wrong_output(index));
            }
        }
        Ok(())
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
            Err(error) => return self.contract.failed(format!("{reason}; then {error:#}")),
        }
        self.contract.failed(reason)
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
fn write<T: Datum + Copy>(tensor: &mut Arc<Tensor>, values: &[T]) -> TractResult<()> {
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

/// Whether the value is of the right shape and type.
fn read<T: Datum + Copy>(value: &TValue, place: &mut [T]) -> bool {
    let Ok(view) = value.try_as_plain_ram() else { return false };
    view.as_slice::<T>().is_ok_and(|values| fill(place, values))
}

fn reason_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the runtime panicked: {}", text.unwrap_or_else(|| "no reason given".to_owned()))
}
