//! Programs: the needed operations of a formula, in order, with the places of their values.

use std::ops::Range;

use super::graph::{Entry, Id, Node, Pairing, Term};

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) node: Node,
    pub(crate) rows: usize,
    /// Its first row among the rows of all cotangents.
    pub(super) start: usize,
    pub(super) place: Place,
    /// The packed numbers of an affine operation.
    pub(super) affine: Option<PackedAffine>,
}

/// The place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Input(usize),
    /// From this row on, among the values that the backward pass reads.
    Kept(usize),
    /// From this row on, among the values that the backward pass does not read.
    Passing(usize),
}

/// The places of the numbers of an affine operation in [`Packed`](super::packed::Packed).
#[derive(Debug, Clone)]
pub(super) struct PackedAffine {
    /// The matrix of each term, for the forward pass, and its transpose.
    pub(super) terms: Vec<[Range<usize>; 2]>,
    /// The column that is added to every sample.
    pub(super) column: Range<usize>,
}

/// The operations of a formula.
#[derive(Debug, Clone)]
pub struct Program {
    /// Indexed by node.
    pub(super) steps: Vec<Step>,
    /// The nodes to be computed, in order.
    pub(super) live: Vec<Id>,
    pub(super) outputs: Vec<Id>,
    /// The rows of each input.
    pub(super) inputs: Vec<usize>,
    /// The rows of all values together.
    pub(super) rows: usize,
    /// The rows of the values that the backward pass reads.
    pub(super) kept: usize,
    /// The number of packed numbers.
    pub(super) packed: usize,
    /// The largest number of rows of a value.
    pub(super) highest: usize,
}

impl Program {
    /// The program that computes `outputs`.
    pub(crate) fn new(mut entries: Vec<Entry>, mut outputs: Vec<Id>) -> Self {
        drop_identities(&mut entries, &mut outputs);
        let mut uses = count_uses(&mut entries, &outputs);
        merge_sums(&mut entries, &mut uses);
        let widths: Vec<usize> = entries.iter().map(|entry| entry.rows).collect();
        let mut is_read = vec![false; entries.len()];
        entries.iter().enumerate().for_each(|(id, entry)| entry.node.reads_back(id, |x| is_read[x] = true));
        let (mut rows, mut kept, mut packed, mut inputs) = (0, 0, 0, Vec::new());
        let mut steps = Vec::with_capacity(entries.len());
        for (Entry { node, rows: n }, is_read) in entries.into_iter().zip(is_read) {
            let mut take = |len: usize| {
                packed += len;
                packed - len..packed
            };
            let affine = match &node {
                Node::Affine { terms, .. } => {
                    let terms = terms.iter().map(|term| [take(n * widths[term.x]), take(n * widths[term.x])]);
                    Some(PackedAffine { terms: terms.collect(), column: take(n) })
                }
                _ => None,
            };
            let place = match node {
                Node::Input(k) => {
                    inputs.push(n);
                    Place::Input(k)
                }
                _ if is_read => Place::Kept(kept),
                _ => Place::Passing(rows - kept),
            };
            let (start, len) = (rows, if is_computed(&node) { n } else { 0 });
            rows += len;
            kept += if is_read { len } else { 0 };
            steps.push(Step { node, rows: n, start, place, affine });
        }
        let live = (0..steps.len()).filter(|&id| is_computed(&steps[id].node)).collect();
        let highest = widths.into_iter().max().unwrap_or(0);
        Self { steps, live, outputs, inputs, rows, kept, packed, highest }
    }

    /// The approximate number of floating-point operations per sample.
    #[must_use]
    pub fn flops(&self) -> usize {
        self.live.iter().map(|&id| self.flops_of(&self.steps[id])).sum()
    }

    /// The number of values per sample that an evaluation keeps for its pullback.
    #[must_use]
    pub const fn memory(&self) -> usize {
        self.kept
    }

    /// The inputs on which the `k`-th output depends, in order.
    pub(crate) fn inputs_of(&self, k: usize) -> Vec<usize> {
        let mut reached = vec![false; self.steps.len()];
        if let Some(&output) = self.outputs.get(k) {
            reached[output] = true;
        }
        let mut inputs = Vec::new();
        for (id, step) in self.steps.iter().enumerate().rev() {
            if reached[id] {
                step.node.operands(|x| reached[x] = true);
                if let Node::Input(input) = step.node {
                    inputs.push(input);
                }
            }
        }
        inputs.reverse();
        inputs
    }

    /// Whether the backward pass can do without the cotangents of the inputs: every use of an input is a product with a
    /// weight.
    pub(crate) fn may_omit_inputs(&self) -> bool {
        let is_input = |id: Id| matches!(self.steps[id].node, Node::Input(_));
        let uses_inputs = |id: &Id| {
            let mut found = false;
            self.steps[*id].node.operands(|x| found |= is_input(x));
            found && !matches!(self.steps[*id].node, Node::Affine { .. })
        };
        !self.outputs.iter().any(|&output| is_input(output)) && !self.live.iter().any(uses_inputs)
    }

    /// The number of outputs.
    #[cfg(feature = "dfdx")]
    pub(crate) const fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The node of the `k`-th output.
    #[cfg(feature = "dfdx")]
    pub(crate) fn output_at(&self, k: usize) -> Id {
        self.outputs[k]
    }

    /// All nodes, in order, including dead ones.
    #[cfg(feature = "dfdx")]
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The rows of the `k`-th output.
    #[cfg(feature = "dfdx")]
    pub(crate) fn rows_of_output(&self, k: usize) -> usize {
        self.steps[self.outputs[k]].rows
    }

    pub(super) fn flops_of(&self, step: &Step) -> usize {
        match &step.node {
            Node::Affine { terms, biases, .. } => {
                let products = terms.iter().map(|term| 2 * step.rows * self.steps[term.x].rows).sum::<usize>();
                products + step.rows * biases.len()
            }
            Node::Apply(f, _) => step.rows * f.flops(),
            Node::Pair(..) => step.rows,
            Node::Scale { .. } => 2 * step.rows,
            Node::Sum(x) | Node::HeldMax(x) => self.steps[*x].rows,
            _ => 0,
        }
    }
}

fn is_computed(node: &Node) -> bool {
    !matches!(node, Node::Input(_) | Node::Dead)
}

/// Replaces operands that only repeat another value.
fn drop_identities(entries: &mut [Entry], outputs: &mut [Id]) {
    let mut same: Vec<Id> = Vec::with_capacity(entries.len());
    for (id, entry) in entries.iter_mut().enumerate() {
        entry.node.redirect(|x| same[x]);
        same.push(match entry.node {
            Node::Scale { x, factor: 1.0, shift: 0.0 } => x,
            _ => id,
        });
    }
    outputs.iter_mut().for_each(|output| *output = same[*output]);
}

/// The number of uses of each value. Unused nodes become dead.
fn count_uses(entries: &mut [Entry], outputs: &[Id]) -> Vec<usize> {
    let mut uses = vec![0; entries.len()];
    outputs.iter().for_each(|&output| uses[output] += 1);
    for id in (0..entries.len()).rev() {
        if uses[id] == 0 && is_computed(&entries[id].node) {
            entries[id].node = Node::Dead;
        }
        entries[id].node.operands(|x| uses[x] += 1);
    }
    uses
}

/// Merges two affine values that are used only in their sum.
fn merge_sums(entries: &mut [Entry], uses: &mut [usize]) {
    for id in 0..entries.len() {
        let Node::Pair(Pairing::Add, a, b) = entries[id].node else { continue };
        if a == b || uses[a] != 1 || uses[b] != 1 {
            continue;
        }
        if let Some(sum) = merged(&entries[a].node, &entries[b].node) {
            entries[id].node = sum;
            (entries[a].node, entries[b].node) = (Node::Dead, Node::Dead);
        }
    }
}

fn merged(a: &Node, b: &Node) -> Option<Node> {
    let (
        Node::Affine { terms, biases, constant },
        Node::Affine { terms: more_terms, biases: more_biases, constant: more },
    ) = (a, b)
    else {
        return None;
    };
    let terms: Vec<Term> = [terms.as_slice(), more_terms].concat();
    Some(Node::Affine { terms, biases: [biases.as_slice(), more_biases].concat(), constant: constant + more })
}
