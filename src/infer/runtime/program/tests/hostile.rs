//! Graphs that mean harm: refused with a reason, before memory or time is spent on them, and without a panic.

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Dimension;
use tract_onnx::pb::type_proto::Value as Type;

use super::*;

const TOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/toy-pack/note.onnx");

fn node(op: &str, inputs: &[&str], output: &str, attributes: &[(&str, &[i64])]) -> NodeProto {
    NodeProto {
        op_type: op.into(),
        input: inputs.iter().map(|it| (*it).to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute: attributes.iter().map(|(name, values)| attribute(name, values)).collect(),
        ..NodeProto::default()
    }
}

fn refused(inputs: &[(&str, &[usize])], known: &[TensorProto], nodes: &[NodeProto], said: &str) {
    let graph = GraphProto {
        input: inputs.iter().map(|(name, shape)| port(name, FLOAT, Some(shape))).collect(),
        initializer: known.to_vec(),
        node: nodes.to_vec(),
        output: vec![port("out", FLOAT, None)],
        ..GraphProto::default()
    };
    let error = graph::program(&graph).map(drop).expect_err(said).to_string();
    assert!(error.contains(said), "{error}");
}

#[test]
fn arrays_beyond_all_measure_are_refused_before_they_are_made() {
    let table: [(&str, &[usize]); 2] = [("a", &[4096, 1, 4096, 1]), ("b", &[1, 4096, 1, 4096])];
    refused(&table, &[], &[node("Add", &["a", "b"], "out", &[])], "beyond all measure");
    // One axis in every place.
    let turned = node("Transpose", &["a"], "out", &[("perm", &[0, 0, 0, 0])]);
    refused(&[("a", &[4096])], &[], &[turned], "its axes are not each");
    // No elements, but a size that is counted to.
    let turned = node("Transpose", &["a"], "out", &[("perm", &[1, 0])]);
    refused(&[], &[tensor("a", &[0, 1 << 62], FLOAT)], &[turned], "beyond all measure");
    let one = TensorProto { float_data: vec![1.0], ..tensor("a", &[1; 2000], FLOAT) };
    refused(&[], &[one], &[node("Abs", &["a"], "out", &[])], "more axes than");
    let shape = TensorProto { int64_data: vec![1; 2000], ..tensor("b", &[2000], INT64) };
    refused(&[("a", &[1])], &[shape], &[node("Reshape", &["a", "b"], "out", &[])], "more numbers");
}

#[test]
fn more_work_than_a_step_is_worth_is_refused() {
    let many = |op: &str, inputs: &[&str], attributes: &[(&str, &[i64])]| {
        let nodes = (0..1000).map(|it| match it {
            0 => node(op, inputs, "out", attributes),
            it => node(op, inputs, &format!("out{it}"), attributes),
        });
        nodes.collect::<Vec<_>>()
    };
    let said = "more work than";
    let sides: [(&str, &[usize]); 2] = [("a", &[512, 1]), ("b", &[1, 512])];
    refused(&sides, &[], &many("Add", &["a", "b"], &[]), said);
    let factors: [(&str, &[usize]); 2] = [("a", &[2048, 2048]), ("b", &[2048, 2048])];
    refused(&factors, &[], &[node("MatMul", &["a", "b"], "out", &[])], said);
    let sums = many("ReduceMax", &["a"], &[("axes", &[1])]);
    refused(&[("a", &[2, 1 << 17])], &[], &sums, said);
    // A matrix of one column is stored as one of many.
    let column =
        TensorProto { float_data: vec![1.0; 1 << 13], ..tensor("b", &[1 << 13, 1], FLOAT) };
    refused(&[("a", &[1, 1 << 13])], &[column], &many("MatMul", &["a", "b"], &[]), said);
    // Nothing, in very many pieces.
    let parts = vec!["a"; 5000];
    let joined = node("Concat", &parts, "out", &[("axis", &[1])]);
    refused(&[("a", &[1 << 20, 0])], &[], &[joined], said);
    let piecemeal = many("Transpose", &["a"], &[("perm", &[1, 0])]);
    refused(&[("a", &[512, 512])], &[], &piecemeal, said);
}

#[test]
fn operations_of_others_are_not_taken_for_ours() {
    let mut own = node("Add", &["a", "a"], "out", &[]);
    own.domain = "com.example".into();
    refused(&[("a", &[2])], &[], &[own], "the operation is not known here");
}

/// Numbers that a graph may hold where it should not.
const ODD: [i64; 12] = [-2, -1, 0, 1, 2, 3, 7, 4096, 1 << 20, 1 << 40, i64::MAX, i64::MIN];

fn below(stream: &mut Stream, count: usize) -> usize {
    usize::try_from(stream.next_u64() % count as u64).unwrap()
}

fn one_of<'a, T>(stream: &mut Stream, all: &'a mut [T]) -> Option<&'a mut T> {
    if all.is_empty() { None } else { Some(&mut all[below(stream, all.len())]) }
}

/// Change one thing in the graph, whatever becomes of it.
fn tamper(graph: &mut GraphProto, stream: &mut Stream) {
    let odd = ODD[below(stream, ODD.len())];
    let other = graph.node[below(stream, graph.node.len())].clone();
    let place = below(stream, graph.node.len());
    match below(stream, 8) {
        0 => graph.node[place].op_type = other.op_type,
        1 | 2 => {
            if let Some(input) = one_of(stream, &mut graph.node[place].input) {
                input.clone_from(&other.output[0]);
            }
        }
        3 => {
            let nodes = graph.node.iter_mut().filter(|it| !it.attribute.is_empty());
            let mut nodes: Vec<_> = nodes.collect();
            let Some(node) = one_of(stream, &mut nodes) else { return };
            let Some(attribute) = one_of(stream, &mut node.attribute) else { return };
            attribute.i = odd;
            if let Some(value) = one_of(stream, &mut attribute.ints) {
                *value = odd;
            }
        }
        4 => {
            if let Some(tensor) = one_of(stream, &mut graph.initializer)
                && let Some(size) = one_of(stream, &mut tensor.dims)
            {
                *size = odd;
            }
        }
        5 => {
            let known = graph.node.iter_mut().flat_map(|it| &mut it.attribute);
            let known = known.filter_map(|it| it.t.as_mut()).chain(&mut graph.initializer);
            let mut known: Vec<_> = known.filter(|it| it.data_type == INT64).collect();
            if let Some(tensor) = one_of(stream, &mut known) {
                tensor.int64_data.clear();
                let rest = tensor.raw_data.split_off(8.min(tensor.raw_data.len()));
                tensor.raw_data = [&odd.to_le_bytes()[..], &rest].concat();
            }
        }
        6 => {
            let Some(input) = one_of(stream, &mut graph.input) else { return };
            let Some(Type::TensorType(tensor)) =
                input.r#type.as_mut().and_then(|it| it.value.as_mut())
            else {
                return;
            };
            let Some(shape) = tensor.shape.as_mut() else { return };
            if let Some(size) = one_of(stream, &mut shape.dim) {
                size.value = Some(Dimension::DimValue(odd));
            }
        }
        _ => drop(graph.node.remove(place)),
    }
}

#[test]
fn graphs_that_were_tampered_with_run_or_are_refused() {
    let bytes = std::fs::read(TOY).unwrap();
    let model = tract_onnx::onnx().proto_model_for_read(&mut &*bytes).unwrap();
    let whole = model.graph.unwrap();
    let mut stream = Seed(11).stream(0);
    let mut taken = 0;
    for _ in 0..200 {
        let mut graph = whole.clone();
        for _ in 0..=below(&mut stream, 3) {
            tamper(&mut graph, &mut stream);
        }
        let Ok(program) = graph::program(&graph) else { continue };
        taken += 1;
        let mut arrays = program.blank.clone();
        // An index that leads nowhere is an answer, too.
        program.steps.iter().try_for_each(|step| step.run(&mut arrays)).ok();
    }
    assert!((20..190).contains(&taken), "{taken} of 200 were taken");
}

#[test]
fn a_graph_that_was_cut_off_is_refused() {
    let bytes = std::fs::read(TOY).unwrap();
    assert!(graph::read(&bytes).is_ok());
    for length in (0..bytes.len()).step_by(bytes.len() / 40) {
        assert!(graph::read(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn operations_of_an_old_version_are_left_to_tract() {
    let bytes = std::fs::read(TOY).unwrap();
    let mut model = tract_onnx::onnx().proto_model_for_read(&mut &*bytes).unwrap();
    for (version, is_taken) in [(12, false), (13, true)] {
        model.opset_import[0].version = version;
        assert_eq!(graph::of_model(&model).is_ok(), is_taken, "version {version}");
    }
    model.opset_import.clear();
    assert!(graph::of_model(&model).is_err());
}
