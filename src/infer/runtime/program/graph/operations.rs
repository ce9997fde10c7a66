//! What each operation of a graph becomes.

use tract_onnx::pb::NodeProto;

use super::super::Unknown;
use super::super::elements::{Arithmetic, Choice, Comparison, Each, Function};
use super::super::matrix::{Halves, Matrix};
use super::super::pairing::{Pairing, common_shape};
use super::super::steps::{Copying, Gathering, Piece, Reduction, Step};
use super::{
    BOOL, FLOAT, Home, INT64, LISTING, Reader, Value, attribute, elements, is_standard, unknown,
};
use crate::infer::runtime::Kind;

impl Reader {
    pub(super) fn node(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        match node.op_type.as_str() {
            _ if !is_standard(&node.domain) => Err(unknown("the operation is not known here")),
            "Constant" => {
                let tensor = node.attribute.iter().find_map(|it| it.t.as_ref());
                self.constant(out(node)?, tensor.ok_or_else(|| unknown("no tensor"))?)
            }
            "Identity" => self.view(node, |shape| Ok(shape.to_vec())),
            "Reshape" => self.reshape(node),
            "Squeeze" | "Unsqueeze" => self.change_axes(node),
            "Cast" => self.cast(node),
            "Add" => self.arithmetic(node, Arithmetic::Add),
            "Sub" => self.arithmetic(node, Arithmetic::Subtract),
            "Mul" => self.arithmetic(node, Arithmetic::Multiply),
            "Div" => self.arithmetic(node, Arithmetic::Divide),
            "Equal" => self.comparison(node, Comparison::Equal),
            "Less" => self.comparison(node, Comparison::Less),
            "LessOrEqual" => self.comparison(node, Comparison::LessOrEqual),
            "Greater" => self.comparison(node, Comparison::Greater),
            "GreaterOrEqual" => self.comparison(node, Comparison::GreaterOrEqual),
            "Abs" => self.apply(node, Function::Absolute),
            "Exp" => self.apply(node, Function::Exponential),
            "Floor" => self.apply(node, Function::Floor),
            "Log" => self.apply(node, Function::Logarithm),
            "Neg" => self.apply(node, Function::Negative),
            "Relu" => self.apply(node, Function::Rectified),
            "Sqrt" => self.apply(node, Function::Root),
            "Sigmoid" => self.apply(node, Function::Sigmoid),
            "Tanh" => self.apply(node, Function::Tangent),
            "Pow" if self.known_float(input(node, 1)?)? == 2.0 => {
                self.apply(node, Function::Square)
            }
            "Clip" if node.input.len() == 3 => {
                let [low, high] =
                    [1, 2].map(|at| input(node, at).and_then(|it| self.known_float(it)));
                self.apply(node, Function::Between(low?, high?))
            }
            "Where" => self.choose(node),
            "Gather" => self.gather(node),
            "Slice" => self.slice(node),
            "Concat" => self.concatenate(node),
            "Transpose" => self.transpose(node),
            "MatMul" => self.multiply(node),
            "ReduceSum" => self.reduce(node, Reduction::Sum),
            "ReduceMean" => self.reduce(node, Reduction::Mean),
            "ReduceMax" => self.reduce(node, Reduction::Greatest),
            "ArgMax" => self.greatest(node),
            "LogSoftmax" => self.log_softmax(node),
            _ => Err(unknown("the operation is not known here")),
        }
    }

    /// A new array under the name of the node's output.
    fn made(
        &mut self,
        node: &NodeProto,
        kind: Kind,
        shape: Vec<usize>,
        is_constant: bool,
    ) -> Result<usize, Unknown> {
        let at = self.blank(kind, &shape)?;
        self.name(out(node)?, kind, shape, Home::Array { at, is_constant });
        Ok(at)
    }

    /// The same values in another shape.
    fn view(
        &mut self,
        node: &NodeProto,
        shape: impl FnOnce(&[usize]) -> Result<Vec<usize>, Unknown>,
    ) -> Result<(), Unknown> {
        let value = self.value(input(node, 0)?)?.clone();
        let shape = shape(&value.shape)?;
        if elements(&shape)? != elements(&value.shape)? {
            return Err(unknown("another number of elements"));
        }
        self.name(out(node)?, value.kind, shape, value.home);
        Ok(())
    }

    fn reshape(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let wanted = self.known_integers(input(node, 1)?)?;
        self.view(node, |shape| {
            let mut new = Vec::new();
            for (axis, size) in wanted.iter().enumerate() {
                new.push(match size {
                    -1 => 1,
                    0 => *shape.get(axis).ok_or_else(|| unknown("no such axis"))?,
                    size => usize::try_from(*size).map_err(|_| unknown("a shape below 0"))?,
                });
            }
            if let Some(rest) = wanted.iter().position(|size| *size == -1) {
                new[rest] = elements(shape)? / elements(&new)?.max(1);
            }
            Ok(new)
        })
    }

    fn change_axes(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let axes = self.known_integers(input(node, 1)?)?;
        let removes = node.op_type == "Squeeze";
        self.view(node, |shape| {
            let rank = if removes { shape.len() } else { shape.len() + axes.len() };
            let axes = axes.iter().map(|it| axis(*it, rank)).collect::<Result<Vec<_>, _>>()?;
            let mut old = shape.iter().copied();
            let mut new = Vec::new();
            for at in 0..rank {
                match (axes.contains(&at), removes) {
                    (true, true) => drop(old.next()),
                    (true, false) => new.push(1),
                    (false, _) => new.extend(old.next()),
                }
            }
            Ok(new)
        })
    }

    fn cast(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let value = self.value(input(node, 0)?)?.clone();
        let to = attribute(node, "to").and_then(|it| i32::try_from(it).ok());
        match (value.kind, to) {
            (Kind::Floats, Some(FLOAT)) | (Kind::Integers, Some(INT64)) => {
                return self.view(node, |shape| Ok(shape.to_vec()));
            }
            (_, Some(FLOAT | INT64)) | (Kind::Integers, Some(BOOL)) => {}
            _ => return Err(unknown("such a cast")),
        }
        let (value, a, is_constant) = self.array(input(node, 0)?)?;
        let kind = if to == Some(FLOAT) { Kind::Floats } else { Kind::Integers };
        let out = self.made(node, kind, value.shape, is_constant)?;
        let step = match (value.kind, to) {
            (Kind::Integers, Some(FLOAT)) => Each::ToFloats { a, out },
            (Kind::Floats, _) => Each::ToIntegers { a, out },
            (Kind::Integers, _) => Each::ToTruths { a, out },
        };
        self.step(Step::Each(step), is_constant)
    }

    fn arithmetic(&mut self, node: &NodeProto, does: Arithmetic) -> Result<(), Unknown> {
        let Two { kind, shape, pairing, places: [a, b], is_constant } = self.two(node)?;
        let out = self.made(node, kind, shape, is_constant)?;
        let step = match kind {
            Kind::Floats => Each::Floats { does, pairing, a, b, out },
            Kind::Integers => Each::Integers { does, pairing, a, b, out },
        };
        self.step(Step::Each(step), is_constant)
    }

    fn comparison(&mut self, node: &NodeProto, does: Comparison) -> Result<(), Unknown> {
        let Two { kind, shape, pairing, places: [a, b], is_constant } = self.two(node)?;
        let out = self.made(node, Kind::Integers, shape, is_constant)?;
        let step = match kind {
            Kind::Floats => Each::CompareFloats { does, pairing, a, b, out },
            Kind::Integers => Each::CompareIntegers { does, pairing, a, b, out },
        };
        self.step(Step::Each(step), is_constant)
    }

    fn apply(&mut self, node: &NodeProto, does: Function) -> Result<(), Unknown> {
        let (shape, a, is_constant) = self.floats_in(node)?;
        let out = self.made(node, Kind::Floats, shape, is_constant)?;
        self.step(Step::Each(Each::Apply { does, a, out }), is_constant)
    }

    fn choose(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let (told, condition, told_constant) = self.array(input(node, 0)?)?;
        let (a_value, a, a_constant) = self.array(input(node, 1)?)?;
        let (b_value, b, b_constant) = self.array(input(node, 2)?)?;
        let shapes = [&told.shape, &b_value.shape];
        if shapes.iter().any(|it| **it != a_value.shape) || a_value.kind != b_value.kind {
            return Err(unknown("arrays of several shapes or types"));
        }
        let is_constant = told_constant && a_constant && b_constant;
        let out = self.made(node, a_value.kind, a_value.shape, is_constant)?;
        let choice = Choice { condition, a, b, out };
        let step = match (told.kind, a_value.kind) {
            (Kind::Integers, Kind::Floats) => Each::ChooseFloats(choice),
            (Kind::Integers, Kind::Integers) if condition != a && condition != b => {
                Each::ChooseIntegers(choice)
            }
            _ => return Err(unknown("such a condition")),
        };
        self.step(Step::Each(step), is_constant)
    }

    fn gather(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let data = self.value(input(node, 0)?)?.clone();
        let (wanted, indices, wanted_constant) = self.array(input(node, 1)?)?;
        let at = axis(attribute(node, "axis").unwrap_or(0), data.shape.len())?;
        if wanted.kind != Kind::Integers {
            return Err(unknown("indices that are no integers"));
        }
        let (before, after) = (&data.shape[..at], &data.shape[at + 1..]);
        let shape = [before, &wanted.shape, after].concat();
        let (count, inner) = (data.shape[at], elements(after)?);
        if let Home::Constants(constants) = &data.home
            && at == 0
            && inner > 0
            && self.spend(constants.len()).is_ok()
            && let Some(table) = Halves::new(constants)
        {
            let out = self.made(node, Kind::Floats, shape, wanted_constant)?;
            return self.step(Step::Rows { table, width: inner, indices, out }, wanted_constant);
        }
        let (_, a, data_constant) = self.array(input(node, 0)?)?;
        if data.kind == Kind::Integers && a == indices || count * inner == 0 {
            return Err(unknown("indices into themselves"));
        }
        let is_constant = wanted_constant && data_constant;
        let out = self.made(node, data.kind, shape, is_constant)?;
        let gathering = Gathering { count, inner, a, indices, out };
        let step = match data.kind {
            Kind::Floats => Step::GatherFloats(gathering),
            Kind::Integers => Step::GatherIntegers(gathering),
        };
        self.step(step, is_constant)
    }

    fn slice(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let starts = self.known_integers(input(node, 1)?)?;
        let ends = self.known_integers(input(node, 2)?)?;
        let axes = self.known_integers(input(node, 3)?)?;
        let steps = node.input.get(4).map(|name| self.known_integers(name)).transpose()?;
        if axes.len() != 1 || steps.is_some_and(|steps| steps != [1]) {
            return Err(unknown("steps, or several axes"));
        }
        let ([start], [end]) = (&starts[..], &ends[..]) else { return Err(unknown("its ends")) };
        let (value, a, is_constant) = self.array(input(node, 0)?)?;
        let at = axis(axes[0], value.shape.len())?;
        let size = value.shape[at];
        let bound = |place: i64| {
            let from_start = if place < 0 { place.saturating_add(size as i64) } else { place };
            usize::try_from(from_start).unwrap_or(0).min(size)
        };
        let (start, end) = (bound(*start), bound(*end));
        let mut shape = value.shape.clone();
        shape[at] = end.checked_sub(start).ok_or_else(|| unknown("its end before its start"))?;
        let inner = elements(&value.shape[at + 1..])?;
        let length = shape[at] * inner;
        let outer = elements(&value.shape[..at])?;
        self.spend(outer * LISTING)?;
        let pieces = (0..outer).map(|outer| {
            let from = (outer * size + start) * inner;
            Piece { a, from, to: outer * length, length }
        });
        let pieces = pieces.collect();
        self.copy(node, value.kind, shape, pieces, is_constant)
    }

    fn concatenate(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let mut parts: Vec<(Value, usize)> = Vec::new();
        let mut is_constant = true;
        for name in &node.input {
            let (value, a, constant) = self.array(name)?;
            is_constant &= constant;
            parts.push((value, a));
        }
        let (first, _) = parts.first().ok_or_else(|| unknown("nothing"))?;
        let (kind, mut shape) = (first.kind, first.shape.clone());
        let at = axis(attribute(node, "axis").unwrap_or(0), shape.len())?;
        let (outer, inner) = (elements(&shape[..at])?, elements(&shape[at + 1..])?);
        shape[at] = 0;
        for (value, _) in &parts {
            let fits = value.kind == kind
                && value.shape.len() == shape.len()
                && value.shape[..at] == shape[..at]
                && value.shape[at + 1..] == shape[at + 1..];
            if !fits {
                return Err(unknown("parts of several shapes or types"));
            }
            shape[at] += value.shape[at];
        }
        self.spend(outer.saturating_mul(parts.len()).saturating_mul(LISTING))?;
        elements(&shape)?;
        let mut pieces = Vec::new();
        for row in 0..outer {
            let mut to = row * shape[at] * inner;
            for (value, a) in &parts {
                let length = value.shape[at] * inner;
                pieces.push(Piece { a: *a, from: row * length, to, length });
                to += length;
            }
        }
        self.copy(node, kind, shape, pieces, is_constant)
    }

    fn transpose(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let (value, a, is_constant) = self.array(input(node, 0)?)?;
        let order = node.attribute.iter().find(|it| it.name == "perm");
        let order = order.ok_or_else(|| unknown("no order of the axes"))?;
        let rank = value.shape.len();
        let order = order.ints.iter().map(|it| axis(*it, rank)).collect::<Result<Vec<_>, _>>()?;
        if order.len() != rank || (0..rank).any(|axis| !order.contains(&axis)) {
            return Err(unknown("its axes are not each of them once"));
        }
        self.spend(elements(&value.shape)? * LISTING)?;
        let shape: Vec<usize> = order.iter().map(|axis| value.shape[*axis]).collect();
        let stride = |axis: usize| value.shape[axis + 1..].iter().product::<usize>();
        let mut from = vec![0];
        for (axis, size) in order.iter().zip(&shape) {
            let step = stride(*axis);
            from = from.iter().flat_map(|at| (0..*size).map(move |it| at + it * step)).collect();
        }
        let pieces = from.into_iter().enumerate();
        let pieces = pieces.map(|(to, from)| Piece { a, from, to, length: 1 }).collect();
        self.copy(node, value.kind, shape, pieces, is_constant)
    }

    fn copy(
        &mut self,
        node: &NodeProto,
        kind: Kind,
        shape: Vec<usize>,
        pieces: Vec<Piece>,
        is_constant: bool,
    ) -> Result<(), Unknown> {
        let out = self.made(node, kind, shape, is_constant)?;
        let copying = Copying { pieces, out };
        let step = match kind {
            Kind::Floats => Step::CopyFloats(copying),
            Kind::Integers => Step::CopyIntegers(copying),
        };
        self.step(step, is_constant)
    }

    fn multiply(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let b_value = self.value(input(node, 1)?)?.clone();
        let (a_value, a, a_constant) = self.array(input(node, 0)?)?;
        let (a_shape, b_shape) = (&a_value.shape, &b_value.shape);
        let (Some((k, rows)), [batches @ .., b_rows, n]) = (a_shape.split_last(), &b_shape[..])
        else {
            return Err(unknown("a vector"));
        };
        let fits = a_value.kind == Kind::Floats && b_value.kind == Kind::Floats && k == b_rows;
        if !fits || elements(a_shape)? * elements(b_shape)? == 0 {
            return Err(unknown("factors that do not fit"));
        }
        let shape = [rows, &[*n]].concat();
        let count = elements(rows)?;
        self.spend(count.saturating_mul(*k).saturating_mul(*n))?;
        if let (Some(constants), []) = (self.constants_of(&b_value), batches) {
            self.spend(Matrix::size(*k, *n))?;
            let matrix = Matrix::new(&constants, *k, *n);
            let out = self.made(node, Kind::Floats, shape, a_constant)?;
            return self.step(Step::Product { rows: count, matrix, a, out }, a_constant);
        }
        let m = match (rows, batches) {
            (_, []) => count,
            ([a_batches @ .., m], _) if a_batches == batches => *m,
            _ => return Err(unknown("factors that do not fit")),
        };
        let sizes = [m, *k, *n];
        let (_, b, b_constant) = self.array(input(node, 1)?)?;
        let is_constant = a_constant && b_constant;
        let out = self.made(node, Kind::Floats, shape, is_constant)?;
        let one_for_all = batches.is_empty();
        self.step(Step::Products { sizes, one_for_all, a, b, out }, is_constant)
    }

    fn reduce(&mut self, node: &NodeProto, does: Reduction) -> Result<(), Unknown> {
        let (shape, a, is_constant) = self.floats_in(node)?;
        let axes = match node.input.get(1) {
            Some(name) => self.known_integers(name)?,
            None => {
                let axes = node.attribute.iter().find(|it| it.name == "axes");
                axes.ok_or_else(|| unknown("no axes"))?.ints.clone()
            }
        };
        let [only] = axes[..] else { return Err(unknown("several axes")) };
        let at = axis(only, shape.len())?;
        let (count, inner) = (shape[at], elements(&shape[at + 1..])?);
        if elements(&shape)? == 0 {
            return Err(unknown("an empty array"));
        }
        let shape = without(&shape, at, attribute(node, "keepdims") != Some(0));
        let out = self.made(node, Kind::Floats, shape, is_constant)?;
        self.step(Step::Reduce { does, count, inner, a, out }, is_constant)
    }

    fn greatest(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let (shape, a, is_constant) = self.floats_in(node)?;
        let at = axis(attribute(node, "axis").unwrap_or(0), shape.len())?;
        let is_first = attribute(node, "select_last_index").unwrap_or(0) == 0;
        if at + 1 != shape.len() || shape[at] == 0 || !is_first {
            return Err(unknown("such an axis"));
        }
        let count = shape[at];
        let shape = without(&shape, at, attribute(node, "keepdims") != Some(0));
        let out = self.made(node, Kind::Integers, shape, is_constant)?;
        self.step(Step::Greatest { count, a, out }, is_constant)
    }

    fn log_softmax(&mut self, node: &NodeProto) -> Result<(), Unknown> {
        let (shape, a, is_constant) = self.floats_in(node)?;
        let at = axis(attribute(node, "axis").unwrap_or(-1), shape.len())?;
        if at + 1 != shape.len() || shape[at] == 0 {
            return Err(unknown("such an axis"));
        }
        let count = shape[at];
        let out = self.made(node, Kind::Floats, shape, is_constant)?;
        self.step(Step::LogSoftmax { count, a, out }, is_constant)
    }

    /// Shape and place of the first input, which must be floats, and whether it is constant.
    fn floats_in(&mut self, node: &NodeProto) -> Result<(Vec<usize>, usize, bool), Unknown> {
        let (value, a, is_constant) = self.array(input(node, 0)?)?;
        if value.kind != Kind::Floats {
            return Err(unknown("numbers that are no floats"));
        }
        self.spend(elements(&value.shape)?)?;
        Ok((value.shape, a, is_constant))
    }

    fn two(&mut self, node: &NodeProto) -> Result<Two, Unknown> {
        let (a_value, a, a_constant) = self.array(input(node, 0)?)?;
        let (b_value, b, b_constant) = self.array(input(node, 1)?)?;
        if a_value.kind != b_value.kind {
            return Err(unknown("two types"));
        }
        let shape = common_shape(&a_value.shape, &b_value.shape)
            .ok_or_else(|| unknown("shapes that do not fit"))?;
        self.spend(elements(&shape)? * LISTING)?;
        let pairing = Pairing::new(&a_value.shape, &b_value.shape, &shape);
        let (kind, is_constant) = (a_value.kind, a_constant && b_constant);
        Ok(Two { kind, shape, pairing, places: [a, b], is_constant })
    }
}

/// Two inputs and how they meet.
struct Two {
    kind: Kind,
    /// Of the result.
    shape: Vec<usize>,
    pairing: Pairing,
    /// Of their arrays.
    places: [usize; 2],
    is_constant: bool,
}

fn input(node: &NodeProto, at: usize) -> Result<&str, Unknown> {
    node.input.get(at).map(String::as_str).ok_or_else(|| unknown("an input is missing"))
}

fn out(node: &NodeProto) -> Result<&str, Unknown> {
    match &node.output[..] {
        [one] => Ok(one),
        _ => Err(unknown("not one output")),
    }
}

/// An axis that counts from the last where it is negative.
fn axis(axis: i64, rank: usize) -> Result<usize, Unknown> {
    let from_start = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
    let axis = usize::try_from(from_start).ok().filter(|axis| *axis < rank);
    axis.ok_or_else(|| unknown("no such axis"))
}

/// The shape without one axis, or with its size 1.
fn without(shape: &[usize], at: usize, keeps: bool) -> Vec<usize> {
    let mut shape = shape.to_vec();
    if keeps {
        shape[at] = 1;
    } else {
        shape.remove(at);
    }
    shape
}
