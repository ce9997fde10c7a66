//! Reads an ONNX graph into a program: shapes are followed from input to output, what depends on constants only is computed now, and what
//! only changes a shape takes no step.

mod operations;

use std::collections::HashMap;
use std::sync::Arc;

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};
use tract_onnx::prelude::Framework;

use super::steps::{Arrays, Step};
use super::{Port, Program, Unknown};
use crate::infer::runtime::Kind;

/// More elements than any array of a note graph that is not nonsense.
const MOST_ELEMENTS: usize = 1 << 24;
/// And more axes.
const MOST_AXES: usize = 8;
/// More values than a graph that is worth running here reads and writes in a run, all steps together; six times the default pack's. It bounds memory as well, to
/// half a GiB.
const MOST_WORK: usize = 1 << 26;
/// What it counts as when values are put together from places that are listed.
const LISTING: usize = 4;
/// A table of more constants than this stays with the step that reads it.
const MOST_AT_HAND: usize = 1024;

/// Version of the operations from which on those that are known here mean what they mean here: `LogSoftmax` goes along one axis, and axes are inputs.
const OLDEST: i64 = 13;

/// The types of the ONNX format (`TensorProto.DataType`) that are known here.
const FLOAT: i32 = 1;
const INT64: i32 = 7;
const BOOL: i32 = 9;
const FLOAT16: i32 = 10;

/// What a name in the graph stands for.
#[derive(Clone, Debug)]
struct Value {
    kind: Kind,
    shape: Vec<usize>,
    home: Home,
}

#[derive(Clone, Debug)]
enum Home {
    /// In the array of its kind at this place; a constant's is never written by a step.
    Array { at: usize, is_constant: bool },
    /// Many constants, which need not be in an array.
    Constants(Arc<[f32]>),
}

#[derive(Debug, Default)]
struct Reader {
    values: HashMap<String, Value>,
    arrays: Arrays,
    steps: Vec<Step>,
    /// Of `MOST_WORK`, what is taken.
    work: usize,
}

/// The program of a graph.
///
/// # Errors
/// If the bytes are no graph, or one with operations, types or shapes that are not known here.
pub(super) fn read(bytes: &[u8]) -> Result<Program, Unknown> {
    let model = tract_onnx::onnx().proto_model_for_read(&mut &*bytes);
    of_model(&model.map_err(|error| unknown(format!("read the graph: {error}")))?)
}

pub(super) fn of_model(model: &ModelProto) -> Result<Program, Unknown> {
    let version = model.opset_import.iter().find(|it| is_standard(&it.domain));
    if version.is_none_or(|it| it.version < OLDEST) {
        return Err(unknown("operations of an old version"));
    }
    program(model.graph.as_ref().ok_or_else(|| unknown("a model without a graph"))?)
}

pub(super) fn program(graph: &GraphProto) -> Result<Program, Unknown> {
    let mut reader = Reader::default();
    for tensor in &graph.initializer {
        reader.constant(&tensor.name, tensor)?;
    }
    let given = |it: &&ValueInfoProto| !reader.values.contains_key(&it.name);
    let given: Vec<_> = graph.input.iter().filter(given).collect();
    let mut inputs = Vec::new();
    for input in given {
        inputs.push(reader.input(input)?);
    }
    for node in &graph.node {
        reader.node(node).map_err(|Unknown(reason)| {
            unknown(format!("{} `{}`: {reason}", node.op_type, node.output.join(", ")))
        })?;
    }
    let mut outputs = Vec::new();
    for output in &graph.output {
        let (value, at, _) = reader.array(&output.name)?;
        let Value { kind, shape, .. } = value;
        outputs.push(Port { name: output.name.clone(), shape, kind, at });
    }
    Ok(Program { inputs, outputs, steps: reader.steps, blank: reader.arrays })
}

fn unknown(reason: impl Into<String>) -> Unknown {
    Unknown(reason.into())
}

/// Whether the ONNX specification says what an operation of this domain is.
fn is_standard(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

impl Reader {
    fn constant(&mut self, name: &str, tensor: &TensorProto) -> Result<(), Unknown> {
        let shape = tensor.dims.iter().map(|dim| usize::try_from(*dim));
        let shape = shape.collect::<Result<Vec<_>, _>>().map_err(|_| unknown("a shape below 0"))?;
        let length = elements(&shape)?;
        if tensor.data_type == INT64 || tensor.data_type == BOOL {
            let values = integers_of(tensor);
            if values.len() != length {
                return Err(unknown(format!("`{name}` has not as many values as its shape")));
            }
            let at = self.integers(values);
            self.name(name, Kind::Integers, shape, Home::Array { at, is_constant: true });
            return Ok(());
        }
        let values = floats_of(tensor)?;
        if values.len() != length {
            return Err(unknown(format!("`{name}` has not as many values as its shape")));
        }
        let home = if length > MOST_AT_HAND {
            Home::Constants(values.into())
        } else {
            let at = self.floats(values);
            Home::Array { at, is_constant: true }
        };
        self.name(name, Kind::Floats, shape, home);
        Ok(())
    }

    fn input(&mut self, input: &ValueInfoProto) -> Result<Port, Unknown> {
        let tensor = input.r#type.as_ref().and_then(|it| it.value.as_ref());
        let Some(Type::TensorType(tensor)) = tensor else { return Err(unknown("an input")) };
        let dims = tensor.shape.as_ref().ok_or_else(|| unknown("an input without a shape"))?;
        let mut shape = Vec::new();
        for dim in &dims.dim {
            let Some(Dimension::DimValue(size)) = dim.value else {
                return Err(unknown(format!("`{}` has no fixed shape", input.name)));
            };
            shape.push(usize::try_from(size).map_err(|_| unknown("a shape below 0"))?);
        }
        let kind = match tensor.elem_type {
            FLOAT => Kind::Floats,
            INT64 => Kind::Integers,
            other => return Err(unknown(format!("the type {other} of `{}`", input.name))),
        };
        let at = self.blank(kind, &shape)?;
        let home = Home::Array { at, is_constant: false };
        self.name(&input.name, kind, shape.clone(), home);
        Ok(Port { name: input.name.clone(), shape, kind, at })
    }

    fn name(&mut self, name: &str, kind: Kind, shape: Vec<usize>, home: Home) {
        self.values.insert(name.to_owned(), Value { kind, shape, home });
    }

    fn value(&self, name: &str) -> Result<&Value, Unknown> {
        self.values.get(name).ok_or_else(|| unknown(format!("nothing is called `{name}`")))
    }

    /// A value that lies in an array from now on, its place, and whether it is constant.
    fn array(&mut self, name: &str) -> Result<(Value, usize, bool), Unknown> {
        let mut value = self.value(name)?.clone();
        if let Home::Constants(constants) = &value.home {
            let constants = Arc::clone(constants);
            self.spend(constants.len())?;
            let at = self.floats(constants.to_vec());
            value.home = Home::Array { at, is_constant: true };
            self.values.insert(name.to_owned(), value.clone());
        }
        match value.home {
            Home::Array { at, is_constant } => Ok((value, at, is_constant)),
            Home::Constants(_) => Err(unknown("constants without an array")),
        }
    }

    /// The floats that a constant stands for.
    fn constants_of(&self, value: &Value) -> Option<Arc<[f32]>> {
        match &value.home {
            Home::Constants(constants) => Some(Arc::clone(constants)),
            Home::Array { at, is_constant: true } if value.kind == Kind::Floats => {
                Some(self.arrays.floats[*at].as_slice().into())
            }
            Home::Array { .. } => None,
        }
    }

    fn floats(&mut self, values: Vec<f32>) -> usize {
        self.arrays.floats.push(values);
        self.arrays.floats.len() - 1
    }

    fn integers(&mut self, values: Vec<i64>) -> usize {
        self.arrays.integers.push(values);
        self.arrays.integers.len() - 1
    }

    /// A new array of zeros.
    fn blank(&mut self, kind: Kind, shape: &[usize]) -> Result<usize, Unknown> {
        let length = elements(shape)?;
        self.spend(length)?;
        Ok(match kind {
            Kind::Floats => self.floats(vec![0.0; length]),
            Kind::Integers => self.integers(vec![0; length]),
        })
    }

    /// Take so much of the work that a run may be, before it is listed or memory is taken for it.
    fn spend(&mut self, work: usize) -> Result<(), Unknown> {
        self.work = self.work.saturating_add(work);
        if self.work > MOST_WORK {
            return Err(unknown("more work than a note graph is"));
        }
        Ok(())
    }

    /// Take the step at each run, or now where all that it reads is constant.
    fn step(&mut self, step: Step, is_constant: bool) -> Result<(), Unknown> {
        if is_constant {
            step.run(&mut self.arrays).map_err(|error| unknown(error.to_string()))?;
        } else {
            self.steps.push(step);
        }
        Ok(())
    }

    /// The integers of a constant, at most one for each axis.
    fn known_integers(&mut self, name: &str) -> Result<Vec<i64>, Unknown> {
        let (value, at, is_constant) = self.array(name)?;
        if value.kind != Kind::Integers || !is_constant {
            return Err(unknown(format!("`{name}` is not constant")));
        }
        if self.arrays.integers[at].len() > MOST_AXES {
            return Err(unknown(format!("`{name}` has more numbers than there are axes")));
        }
        Ok(self.arrays.integers[at].clone())
    }

    /// The only float of a constant.
    fn known_float(&mut self, name: &str) -> Result<f32, Unknown> {
        let (value, at, is_constant) = self.array(name)?;
        match self.arrays.floats.get(at).map(Vec::as_slice) {
            Some([one]) if value.kind == Kind::Floats && is_constant => Ok(*one),
            _ => Err(unknown(format!("`{name}` is not one constant number"))),
        }
    }
}

/// How many elements a shape has. None of its sizes, nor the product of any, is beyond `MOST_ELEMENTS`, even where another is 0.
fn elements(shape: &[usize]) -> Result<usize, Unknown> {
    if shape.len() > MOST_AXES {
        return Err(unknown("an array of more axes than any has"));
    }
    let most = shape.iter().try_fold(1_usize, |most, size| most.checked_mul((*size).max(1)));
    match most {
        Some(most) if most <= MOST_ELEMENTS => Ok(shape.iter().product()),
        _ => Err(unknown("an array beyond all measure")),
    }
}

/// The value of a whole-number attribute.
fn attribute(node: &NodeProto, name: &str) -> Option<i64> {
    node.attribute.iter().find(|it| it.name == name).map(|it| it.i)
}

fn integers_of(tensor: &TensorProto) -> Vec<i64> {
    let raw = &tensor.raw_data;
    match tensor.data_type {
        INT64 if raw.is_empty() => tensor.int64_data.clone(),
        INT64 => raw.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect(),
        _ if raw.is_empty() => tensor.int32_data.iter().map(|it| i64::from(*it != 0)).collect(),
        _ => raw.iter().map(|it| i64::from(*it != 0)).collect(),
    }
}

fn floats_of(tensor: &TensorProto) -> Result<Vec<f32>, Unknown> {
    let raw = &tensor.raw_data;
    Ok(match tensor.data_type {
        FLOAT if raw.is_empty() => tensor.float_data.clone(),
        FLOAT => raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        FLOAT16 if !raw.is_empty() => {
            raw.as_chunks().0.iter().map(|bytes| widened(u16::from_le_bytes(*bytes))).collect()
        }
        other => return Err(unknown(format!("the type {other} of `{}`", tensor.name))),
    })
}

/// The number that a half-precision number's bits stand for.
fn widened(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, bits >> 10 & 31, bits & 1023);
    let size = match exponent {
        0 => f32::from(fraction) * 2.0_f32.powi(-24),
        31 if fraction == 0 => f32::INFINITY,
        31 => f32::NAN,
        _ => f32::from(fraction | 1024) * 2.0_f32.powi(i32::from(exponent) - 25),
    };
    if sign == 1 { -size } else { size }
}
