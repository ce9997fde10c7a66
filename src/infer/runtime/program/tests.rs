//! Each operation beside tract's, and what the parts promise.

mod hostile;

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto, type_proto,
};
use tract_onnx::prelude::{
    DatumType, Framework, InferenceModelExt, IntoRunnable, IntoTValue, TValue, TVec, Tensor,
};

use super::exponential::{exp, sigmoid, tanh};
use super::matrix::{Halves, Instructions, Matrix};
use super::steps::Arrays;
use super::*;
use crate::infer::runtime::Input;
use crate::pack::Pack;
use crate::score::{Seed, Stream};

/// What a node is given.
#[derive(Clone, Debug)]
enum Given {
    /// An input of this shape.
    Floats(Vec<usize>),
    /// An input of this shape with numbers below the second one.
    Classes(Vec<usize>, i64),
    /// Constants in a row.
    Known(Vec<i64>),
    Number(f32),
    /// Constants of this shape, which half precision holds.
    Weights(Vec<usize>),
}

use Given::{Classes, Floats, Known, Number, Weights};

const FLOAT: i32 = 1;
const INT64: i32 = 7;

fn uniform(stream: &mut Stream) -> f32 {
    (stream.next_u64() % 4096) as f32 / 1024.0 - 2.0
}

fn tensor(name: &str, dims: &[usize], data_type: i32) -> TensorProto {
    let dims = dims.iter().map(|it| *it as i64).collect();
    TensorProto { name: name.into(), dims, data_type, ..TensorProto::default() }
}

fn port(name: &str, elem_type: i32, shape: Option<&[usize]>) -> ValueInfoProto {
    let dim = |size: &usize| Dimension {
        value: Some(dimension::Value::DimValue(*size as i64)),
        ..Dimension::default()
    };
    let shape = shape.map(|shape| TensorShapeProto { dim: shape.iter().map(dim).collect() });
    let value = Some(type_proto::Value::TensorType(type_proto::Tensor { elem_type, shape }));
    let r#type = Some(TypeProto { value, ..TypeProto::default() });
    ValueInfoProto { name: name.into(), r#type, ..ValueInfoProto::default() }
}

fn attribute(name: &str, values: &[i64]) -> AttributeProto {
    let kind = if matches!(name, "perm" | "axes") { 7 } else { 2 };
    AttributeProto {
        name: name.into(),
        r#type: kind,
        i: values[0],
        ints: if kind == 7 { values.to_vec() } else { Vec::new() },
        ..AttributeProto::default()
    }
}

/// A graph of one operation, and values for its inputs.
fn graph(op: &str, given: &[Given], attributes: &[(&str, &[i64])]) -> (GraphProto, Vec<Tensor>) {
    let mut graph = GraphProto { name: "one".into(), ..GraphProto::default() };
    let mut node = NodeProto { op_type: op.into(), name: op.into(), ..NodeProto::default() };
    let mut stream = Seed(7).stream(0);
    let mut values = Vec::new();
    for (index, given) in given.iter().enumerate() {
        let name = format!("in{index}");
        match given {
            Floats(shape) => {
                let floats: Vec<f32> =
                    (0..shape.iter().product()).map(|_| uniform(&mut stream)).collect();
                values.push(Tensor::from_shape(shape, &floats).unwrap());
                graph.input.push(port(&name, FLOAT, Some(shape)));
            }
            Classes(shape, below) => {
                let classes = (0..shape.iter().product())
                    .map(|_| i64::try_from(stream.next_u64() >> 1).unwrap() % below);
                let classes: Vec<i64> = classes.collect();
                values.push(Tensor::from_shape(shape, &classes).unwrap());
                graph.input.push(port(&name, INT64, Some(shape)));
            }
            Known(known) => graph.initializer.push(TensorProto {
                int64_data: known.clone(),
                ..tensor(&name, &[known.len()], INT64)
            }),
            Number(number) => graph
                .initializer
                .push(TensorProto { float_data: vec![*number], ..tensor(&name, &[], FLOAT) }),
            Weights(shape) => {
                let floats = (0..shape.iter().product()).map(|_| uniform(&mut stream));
                let float_data = floats.collect();
                graph.initializer.push(TensorProto { float_data, ..tensor(&name, shape, FLOAT) });
            }
        }
        node.input.push(name);
    }
    node.attribute = attributes.iter().map(|(name, values)| attribute(name, values)).collect();
    node.output.push("out".into());
    graph.node.push(node);
    graph.output.push(port("out", FLOAT, None));
    (graph, values)
}

fn arrays_of(program: &Program, values: &[Tensor]) -> Arrays {
    let mut arrays = program.blank.clone();
    for (port, value) in program.inputs.iter().zip(values) {
        let view = value.try_as_plain_ram().unwrap();
        match port.kind {
            Kind::Floats => arrays.floats[port.at].copy_from_slice(view.as_slice().unwrap()),
            Kind::Integers => arrays.integers[port.at].copy_from_slice(view.as_slice().unwrap()),
        }
    }
    arrays
}

/// What tract makes of the graph; the type that it gives is written into the graph's output.
fn on_tract(graph: &mut GraphProto, values: &[Tensor]) -> Vec<f64> {
    let mut model = ModelProto { ir_version: 8, ..ModelProto::default() };
    model.opset_import.push(OperatorSetIdProto { version: 17, ..OperatorSetIdProto::default() });
    graph.output[0].r#type = None;
    model.graph = Some(graph.clone());
    let model = tract_onnx::onnx().model_for_proto_model(&model).unwrap();
    let plan = model.into_typed().unwrap().into_runnable().unwrap();
    let inputs: TVec<TValue> = values.iter().map(|value| value.clone().into_tvalue()).collect();
    let out = plan.run(inputs).unwrap();
    let out = out[0].cast_to_dt(DatumType::F64).unwrap();
    out.try_as_plain_ram().unwrap().as_slice::<f64>().unwrap().to_vec()
}

fn check(op: &str, given: &[Given], attributes: &[(&str, &[i64])]) {
    let (mut graph, values) = graph(op, given, attributes);
    let program = graph::program(&graph).unwrap_or_else(|error| panic!("{op} {given:?}: {error}"));
    let mut arrays = arrays_of(&program, &values);
    for step in &program.steps {
        step.run(&mut arrays).unwrap();
    }
    let port = &program.outputs[0];
    let found: Vec<f64> = match port.kind {
        Kind::Floats => arrays.floats[port.at].iter().map(|it| f64::from(*it)).collect(),
        Kind::Integers => arrays.integers[port.at].iter().map(|it| *it as f64).collect(),
    };
    let wanted = on_tract(&mut graph, &values);
    assert_eq!(found.len(), wanted.len(), "{op} {given:?}");
    for (found, wanted) in found.iter().zip(&wanted) {
        let is_near = (found - wanted).abs() <= 2e-6 * (1.0 + wanted.abs());
        assert!(is_near || found.is_nan() && wanted.is_nan(), "{op} {given:?}: {found} {wanted}");
    }
}

#[test]
fn operations_are_those_of_tract() {
    let floats = |shape: &[usize]| Floats(shape.to_vec());
    for op in ["Add", "Sub", "Mul", "Div"] {
        for (a, b) in [
            (&[1, 70][..], &[1, 70][..]),
            (&[1, 70], &[70]),
            (&[1, 9], &[1, 1]),
            (&[1, 1], &[3, 9]),
            (&[4, 1], &[1, 6]),
            (&[2, 3, 4], &[2, 1, 4]),
            (&[2, 1, 4], &[3, 1]),
            (&[2, 3, 4, 5], &[3, 1, 5]),
        ] {
            check(op, &[floats(a), floats(b)], &[]);
        }
    }
    for op in ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"] {
        check(op, &[floats(&[5, 40]), floats(&[5, 1])], &[]);
        check(op, &[Classes(vec![6, 1], 5), Classes(vec![1, 20], 5)], &[]);
    }
    for op in ["Abs", "Exp", "Floor", "Log", "Neg", "Relu", "Sqrt", "Sigmoid", "Tanh"] {
        check(op, &[floats(&[2, 50])], &[]);
    }
    check("Pow", &[floats(&[1, 50]), Number(2.0)], &[]);
    check("Clip", &[floats(&[1, 50]), Number(-0.5), Number(1.0)], &[]);
    check("Cast", &[floats(&[1, 50])], &[("to", &[7])]);
    check("Cast", &[Classes(vec![4, 5], 90)], &[("to", &[1])]);
    check("Cast", &[Classes(vec![4, 5], 3)], &[("to", &[9])]);
}

#[test]
fn arrangements_are_those_of_tract() {
    let floats = |shape: &[usize]| Floats(shape.to_vec());
    let known = |values: &[i64]| Known(values.to_vec());
    for (axis, data) in [(0, [7, 3, 4]), (1, [3, 7, 4]), (-1, [3, 4, 7])] {
        check("Gather", &[floats(&data), Classes(vec![2, 3], 7)], &[("axis", &[axis])]);
        check("Gather", &[Classes(data.to_vec(), 9), Classes(vec![5], 7)], &[("axis", &[axis])]);
        check("Gather", &[floats(&data), known(&[6, -7, 0])], &[("axis", &[axis])]);
    }
    check("Gather", &[Weights(vec![60, 40]), Classes(vec![1, 9], 60)], &[("axis", &[0])]);
    for (start, end, axis) in [(0, 2, 0), (1, i64::MAX, 1), (-2, -1, 2), (0, 5, -1)] {
        let bounds = [known(&[start]), known(&[end]), known(&[axis]), known(&[1])];
        check("Slice", &[&[floats(&[3, 4, 5])], &bounds[..]].concat(), &[]);
    }
    for (axis, parts) in [(0, [[1, 3, 2], [4, 3, 2]]), (1, [[2, 3, 2], [2, 1, 2]])] {
        check("Concat", &parts.map(|part| floats(&part)), &[("axis", &[axis])]);
    }
    check("Transpose", &[floats(&[2, 3, 4])], &[("perm", &[1, 2, 0])]);
    check("Reshape", &[floats(&[2, 3, 4]), known(&[0, -1])], &[]);
    check("Unsqueeze", &[floats(&[2, 3]), known(&[1])], &[]);
    check("Squeeze", &[floats(&[2, 1, 3]), known(&[1])], &[]);
}

#[test]
fn sums_are_those_of_tract() {
    let floats = |shape: &[usize]| Floats(shape.to_vec());
    check("MatMul", &[floats(&[1, 75]), Weights(vec![75, 70])], &[]);
    check("MatMul", &[floats(&[3, 16]), Weights(vec![16, 5])], &[]);
    check("MatMul", &[floats(&[1, 25]), floats(&[25, 30])], &[]);
    check("MatMul", &[floats(&[3, 1, 8]), floats(&[3, 8, 12])], &[]);
    check("MatMul", &[floats(&[3, 2, 8]), floats(&[8, 12])], &[]);
    for axis in [0, 1, -1] {
        let axes: &[i64] = &[axis];
        check("ReduceSum", &[floats(&[3, 4, 21]), Known(axes.to_vec())], &[("keepdims", &[0])]);
        for op in ["ReduceMean", "ReduceMax"] {
            check(op, &[floats(&[3, 4, 21])], &[("axes", axes), ("keepdims", &[1])]);
        }
    }
    for op in ["ArgMax", "LogSoftmax"] {
        check(op, &[floats(&[2, 37])], &[("axis", &[1])]);
    }
}

#[test]
fn what_is_not_known_is_left_to_tract() {
    let refused = |op: &str, given: &[Given], said: &str| {
        let error = graph::program(&graph(op, given, &[]).0).expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    };
    refused("Erf", &[Floats(vec![2])], "Erf `out`: the operation is not known here");
    refused("Add", &[Floats(vec![2]), Floats(vec![3])], "do not fit");
    refused("Add", &[Floats(vec![2]), Classes(vec![2], 3)], "two types");
    refused("Reshape", &[Floats(vec![2]), Classes(vec![1], 3)], "`in1` is not constant");
    assert!(graph::read(b"no graph").is_err());
    let pack = Pack::embedded().unwrap();
    assert!(graph::read(&pack.timbre_model.unwrap().graph).is_err());
}

#[test]
fn a_wrong_index_is_an_error_and_the_next_run_is_right() {
    let (graph, _) = graph("Gather", &[Floats(vec![4]), Classes(vec![2], 4)], &[]);
    let program = Arc::new(graph::program(&graph).unwrap());
    let input = |name, kind, length| Input { name, kind, shape: vec![length] };
    let inputs = vec![input("in0", Kind::Floats, 4), input("in1", Kind::Integers, 2)];
    let contract = Contract { name: "note", inputs, outputs: &["out"] };
    let arrays = program.blank.clone();
    let (inputs, outputs) = (vec![0, 1], vec![0]);
    let mut graph = ProgramGraph { program, arrays, contract, inputs, outputs };
    let mut look_up = |indices: [i64; 2]| {
        let mut out = [0.0; 2];
        let values = [Values::Floats(&[5.0, 6.0, 7.0, 8.0]), Values::Integers(&indices)];
        graph.run(&values, &mut [Place::Floats(&mut out)]).map(|()| out)
    };
    assert_eq!(look_up([3, -1]).unwrap(), [8.0, 8.0]);
    for wrong in [4, -5, i64::MIN] {
        let error = look_up([0, wrong]).unwrap_err().to_string();
        assert_eq!(error, format!("run the note graph: look up entry {wrong} of 4"));
    }
    assert_eq!(look_up([0, 2]).unwrap(), [5.0, 7.0]);
}

#[test]
fn exponentials_are_right_to_the_last_places() {
    let mut x = -100.0_f32;
    while x < 90.0 {
        let wanted = f64::from(x).exp();
        let off = (f64::from(exp(x)) - wanted).abs() / wanted.max(f64::from(f32::MIN_POSITIVE));
        assert!(off < 2.5e-7 || !(-87.3..=88.7).contains(&x), "e^{x} is off by {off}");
        let wanted = 1.0 / (1.0 + (-f64::from(x)).exp());
        assert!((f64::from(sigmoid(x)) - wanted).abs() < 3e-7, "sigmoid {x}");
        assert!((f64::from(tanh(x)) - f64::from(x).tanh()).abs() < 3e-7, "tanh {x}");
        x += 0.0137;
    }
    assert_eq!(exp(0.0), 1.0);
    assert_eq!([exp(f32::NEG_INFINITY), exp(-1e9)], [0.0, 0.0]);
    assert_eq!([exp(f32::INFINITY), exp(1e9)], [f32::INFINITY; 2]);
    assert!(exp(f32::NAN).is_nan());
}

#[test]
fn matrices_are_read_exactly() {
    let mut stream = Seed(3).stream(0);
    let smallest = 2.0_f32.powi(-24);
    // Small ones are subnormal in half precision; thirds are no halves at all, though one of them alone may be.
    for factor in [1.0, smallest, 1.0 / 3.0] {
        for (rows, columns) in [(1, 1), (7, 31), (336, 672), (25, 75), (64, 32)] {
            let values: Vec<f32> = (0..rows * columns)
                .map(|_| (stream.next_u64() % 2048) as f32 - 1024.0)
                .map(|value| if factor < 0.1 { value * factor } else { value * factor / 64.0 })
                .collect();
            let is_half = Halves::new(&values).is_some();
            assert!(is_half == (factor != 1.0 / 3.0) || values.len() == 1, "{factor}");
            let row: Vec<f32> = (0..rows).map(|_| uniform(&mut stream)).collect();
            let matrix = Matrix::new(&values, rows, columns);
            for instructions in [Instructions::default(), Instructions::PLAIN] {
                let mut out = vec![0.0; columns];
                matrix.product(&row, instructions, &mut Vec::new(), &mut out);
                for (column, out) in out.iter().enumerate() {
                    let terms = row.iter().zip(values[column..].iter().step_by(columns));
                    let terms = terms.map(|(x, value)| f64::from(*x) * f64::from(*value));
                    let (sum, size) = terms.fold((0.0, 0.0), |(s, a), t| (s + t, a + f64::abs(t)));
                    assert!((f64::from(*out) - sum).abs() <= 1e-5 * size, "{out} for {sum}");
                }
            }
        }
    }
    assert!(Halves::new(&[32.0]).is_none() && Halves::new(&[f32::NAN]).is_none());
}
