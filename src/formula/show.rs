//! Printing of programs.

use std::fmt;

use super::graph::{Id, Node, Pairing};
use super::name::Name;
use super::parameters::Parameters;
use super::program::Program;

impl Program {
    /// Writes the operations, one per line, with their rows; then the numbers of parameters and operations.
    pub(crate) fn show<P: Parameters>(
        &self,
        f: &mut fmt::Formatter<'_>,
        params: &P,
        inputs: &[&'static str],
    ) -> fmt::Result {
        let mut leaves = Vec::new();
        params.leaves(&Name::ROOT, &mut |name, leaf| leaves.push((name.to_string(), leaf)));
        // Gates share a name, so each gets an index.
        let leaf = |k: usize| {
            let name = &leaves[k].0;
            let same = |j: &usize| leaves[*j].0 == *name;
            match (0..leaves.len()).filter(same).count() {
                1 => name.clone(),
                _ => format!("{name}[{}]", (0..k).filter(same).count()),
            }
        };
        let input = |k: usize| inputs.get(k).map_or_else(|| format!("input{k}"), ToString::to_string);
        let value = |id: Id| match self.steps[id].node {
            Node::Input(k) => input(k),
            _ => format!("v{}", self.live.iter().position(|&live| live == id).unwrap_or(id)),
        };
        for (k, rows) in self.inputs.iter().enumerate() {
            writeln!(f, "{}: {rows}", input(k))?;
        }
        for &id in &self.live {
            let step = &self.steps[id];
            writeln!(f, "{}: {} = {}", value(id), step.rows, shown(&step.node, &leaf, &value))?;
        }
        let outputs: Vec<String> = self.outputs.iter().map(|&id| value(id)).collect();
        writeln!(f, "→ {}", outputs.join(", "))?;
        write!(f, "{} parameters, {} operations per sample", params.coordinates().len(), self.flops())
    }
}

/// A node in the notation of a formula.
fn shown(node: &Node, leaf: &impl Fn(usize) -> String, value: &impl Fn(Id) -> String) -> String {
    match node {
        Node::Input(_) | Node::Dead => String::new(),
        Node::Affine { terms, biases, constant } => {
            let product = |term: &super::graph::Term| {
                let transposed = if term.transposed { "ᵀ" } else { "" };
                format!("{}{transposed} {}", leaf(term.weight), value(term.x))
            };
            let mut parts: Vec<String> = terms.iter().map(product).collect();
            parts.extend(biases.iter().map(|&bias| leaf(bias)));
            if *constant != 0.0 || parts.is_empty() {
                parts.push(constant.to_string());
            }
            parts.join(" + ")
        }
        Node::Apply(function, x) => format!("{function:?}({})", value(*x)).to_lowercase(),
        Node::Pair(pairing, a, b) => {
            let operator = match pairing {
                Pairing::Add => '+',
                Pairing::Sub => '−',
                Pairing::Mul => '∘',
                Pairing::Div => '/',
            };
            format!("{} {operator} {}", value(*a), value(*b))
        }
        Node::Scale { x, factor, shift } => match (*factor, *shift) {
            (factor, 0.0) => format!("{factor} {}", value(*x)),
            (1.0, shift) => format!("{} + {shift}", value(*x)),
            (factor, shift) => format!("{factor} {} + {shift}", value(*x)),
        },
        Node::Concat(a, b) => format!("concat({}, {})", value(*a), value(*b)),
        Node::Rows { x, from } => format!("rows {from}.. of {}", value(*x)),
        Node::Pad { x, from } => format!("{} at row {from} of zeros", value(*x)),
        Node::Sum(x) => format!("sum({})", value(*x)),
        Node::HeldMax(x) => format!("max({})", value(*x)),
        Node::Spread(x) => format!("spread({})", value(*x)),
    }
}
