//! The graph of a formula: nodes in the order of recording.

use std::cell::{Cell, RefCell};

use super::function::Function;
use super::leaf::Leaf;

/// The index of a node.
pub(crate) type Id = usize;

/// An operation on two values, entry by entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairing {
    Add,
    Sub,
    Mul,
    Div,
}

/// `W x`, or `Wᵀ x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    /// The index of the leaf in the parameters.
    pub(crate) weight: usize,
    pub(crate) x: Id,
    pub(crate) transposed: bool,
}

/// The operation of a node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Input(usize),
    /// The sum of products with weights, of biases, and of a number.
    Affine {
        terms: Vec<Term>,
        biases: Vec<usize>,
        constant: f64,
    },
    Apply(Function, Id),
    Pair(Pairing, Id, Id),
    /// `factor x + shift`.
    Scale {
        x: Id,
        factor: f64,
        shift: f64,
    },
    Concat(Id, Id),
    /// Some of the rows of `x`.
    Rows {
        x: Id,
        from: usize,
    },
    /// The rows of `x` among rows of zeros.
    Pad {
        x: Id,
        from: usize,
    },
    /// The sum of the rows.
    Sum(Id),
    /// The largest of the rows, held constant when differentiating.
    HeldMax(Id),
    /// One row, repeated.
    Spread(Id),
    /// Removed: no output depends on it.
    Dead,
}

impl Node {
    /// Calls `see` with each operand.
    pub(super) fn operands(&self, mut see: impl FnMut(Id)) {
        match self {
            Self::Affine { terms, .. } => terms.iter().for_each(|term| see(term.x)),
            Self::Apply(_, x)
            | Self::Scale { x, .. }
            | Self::Rows { x, .. }
            | Self::Pad { x, .. }
            | Self::Sum(x)
            | Self::HeldMax(x)
            | Self::Spread(x) => see(*x),
            Self::Pair(_, a, b) | Self::Concat(a, b) => {
                see(*a);
                see(*b);
            }
            Self::Input(_) | Self::Dead => {}
        }
    }

    /// Calls `see` with each value that the pullback of this node reads; its own value is `id`.
    pub(super) fn reads_back(&self, id: Id, mut see: impl FnMut(Id)) {
        match self {
            Self::Affine { terms, .. } => terms.iter().for_each(|term| see(term.x)),
            Self::Apply(f, x) => {
                if f.reads_argument() {
                    see(*x);
                }
                if f.reads_value() {
                    see(id);
                }
            }
            Self::Pair(Pairing::Mul, a, b) => {
                see(*a);
                see(*b);
            }
            Self::Pair(Pairing::Div, _, b) => {
                see(*b);
                see(id);
            }
            _ => {}
        }
    }

    /// The same node with other operands.
    pub(super) fn redirect(&mut self, mut to: impl FnMut(Id) -> Id) {
        match self {
            Self::Affine { terms, .. } => terms.iter_mut().for_each(|term| term.x = to(term.x)),
            Self::Apply(_, x)
            | Self::Scale { x, .. }
            | Self::Rows { x, .. }
            | Self::Pad { x, .. }
            | Self::Sum(x)
            | Self::HeldMax(x)
            | Self::Spread(x) => *x = to(*x),
            Self::Pair(_, a, b) | Self::Concat(a, b) => {
                *a = to(*a);
                *b = to(*b);
            }
            Self::Input(_) | Self::Dead => {}
        }
    }
}

/// A node, and the number of rows of its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) node: Node,
    pub(crate) rows: usize,
}

/// The graph of a formula while it is recorded.
#[derive(Debug)]
pub struct Graph {
    entries: RefCell<Vec<Entry>>,
    /// The weights and biases of the parameters.
    leaves: Vec<Leaf>,
    /// Whether a weight was used that is not one of the leaves.
    foreign: Cell<bool>,
}

impl Graph {
    /// An empty graph over parameters with these leaves.
    pub(crate) fn new(leaves: Vec<Leaf>) -> Self {
        Self { entries: RefCell::default(), leaves, foreign: Cell::new(false) }
    }

    /// The nodes, and whether all their weights are parameters.
    pub(crate) fn into_entries(self) -> (Vec<Entry>, bool) {
        (self.entries.into_inner(), !self.foreign.get())
    }

    pub(super) fn push(&self, node: Node, rows: usize) -> Id {
        let mut entries = self.entries.borrow_mut();
        entries.push(Entry { node, rows });
        entries.len() - 1
    }

    pub(super) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    pub(super) fn entry(&self, id: Id) -> Entry {
        self.entries.borrow()[id].clone()
    }

    pub(super) fn rows(&self, id: Id) -> usize {
        self.entries.borrow()[id].rows
    }

    /// The index of the leaf at this address.
    pub(super) fn find(&self, leaf: Leaf) -> usize {
        let place = |same: &dyn Fn(&Leaf) -> bool| self.leaves.iter().position(same);
        let shape = (leaf.rows, leaf.columns);
        // A leaf without entries has no address of its own; it matches any other of its shape.
        let is_like = |other: &Leaf| leaf.rows * leaf.columns == 0 && (other.rows, other.columns) == shape;
        place(&|other| other.is(&leaf)).or_else(|| place(&is_like)).unwrap_or_else(|| {
            self.foreign.set(true);
            0
        })
    }

    pub(super) fn pair(&self, pairing: Pairing, a: Id, b: Id) -> Id {
        self.push(Node::Pair(pairing, a, b), self.rows(a))
    }

    pub(super) fn scale(&self, x: Id, factor: f64, shift: f64) -> Id {
        self.push(Node::Scale { x, factor, shift }, self.rows(x))
    }

    pub(super) fn constant(&self, constant: f64, rows: usize) -> Id {
        self.push(Node::Affine { terms: Vec::new(), biases: Vec::new(), constant }, rows)
    }

    /// The sum of two values; `None` counts as zero.
    pub(super) fn sum(&self, a: Option<Id>, b: Option<Id>) -> Option<Id> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.pair(Pairing::Add, a, b)),
            (a, b) => a.or(b),
        }
    }
}
