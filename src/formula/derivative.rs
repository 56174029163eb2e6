//! Derivatives inside formulas.

use std::collections::BTreeMap;

use super::batch::Batch;
use super::graph::{Graph, Id, Node, Pairing, Term};

/// A Jacobian-vector product in a formula: `f(x)`, and the derivative of `f` at `x` in the direction `e`.
///
/// `f` is differentiated with respect to its argument; other batches in it are held constant. Both results are
/// differentiable parts of the formula.
///
/// ```
/// use rheos::formula;
/// use rheos::formula::{Rows, Structure, jvp};
/// use rheos::nn::{Mlp, Net};
///
/// formula! {
///     /// A field `f` with Hutchinson's estimate of its divergence, `eᵀ (∂f/∂z) e`.
///     pub struct Divergence<T> { net: Mlp<T, 2, 16, 2> }
///     fn apply(&self, z: Rows<2>, e: Rows<2>) -> (Rows<2>, Rows<1>) {
///         let (f, df) = jvp(z, e, |z| self.net.apply(z));
///         (f, df.dot(e))
///     }
/// }
/// # let _: Net<Divergence<f64>> = Net::new(Divergence::zeros());
/// ```
pub fn jvp<'g, const N: usize, const M: usize>(
    x: Batch<'g, N>,
    e: Batch<'g, N>,
    f: impl FnOnce(Batch<'g, N>) -> Batch<'g, M>,
) -> (Batch<'g, M>, Batch<'g, M>) {
    let graph = x.graph;
    let (argument, nodes, y) = recorded(x, f);
    let mut tangents = BTreeMap::from([(argument.id, e.id)]);
    for id in nodes {
        if let Some(tangent) = tangent(graph, id, &tangents) {
            tangents.insert(id, tangent);
        }
    }
    let dy = tangents.get(&y.id).copied().unwrap_or_else(|| graph.constant(0.0, M));
    (y, Batch { graph, id: dy })
}

/// The gradient of a scalar function in a formula: the value of `f` at `x`, and its gradient, for each sample.
///
/// `f` is differentiated with respect to its argument; other batches in it are held constant. Both results are
/// differentiable parts of the formula.
///
/// ```
/// use rheos::formula;
/// use rheos::formula::{Rows, grad};
/// use rheos::nn::Linear;
///
/// formula! {
///     /// A Hamiltonian system of one degree of freedom, `(q, p)′ = (∂H/∂p, −∂H/∂q)`: S. Greydanus et al., *Hamiltonian
///     /// neural networks* (2019).
///     pub struct Hamiltonian<T> { first: Linear<T, 2, 16>, second: Linear<T, 16, 1> }
///     fn apply(&self, z: Rows<2>) -> Rows<2> {
///         let (_energy, slope) = grad(z, |z| self.second.apply(self.first.apply(z).tanh()));
///         slope.rows::<1, 1>().concat(-slope.rows::<0, 1>())
///     }
/// }
/// # fn main() {}
/// ```
pub fn grad<'g, const N: usize>(
    x: Batch<'g, N>,
    f: impl FnOnce(Batch<'g, N>) -> Batch<'g, 1>,
) -> (Batch<'g, 1>, Batch<'g, N>) {
    let graph = x.graph;
    let (argument, nodes, y) = recorded(x, f);
    let reached = reached(graph, argument.id, nodes.clone());
    let mut cotangents = BTreeMap::from([(y.id, graph.constant(1.0, 1))]);
    for id in nodes.rev() {
        if let Some(w) = cotangents.get(&id).copied() {
            pull_back(graph, id, w, |x, cotangent| {
                if reached.contains_key(&x) {
                    let sum = graph.sum(cotangents.get(&x).copied(), Some(cotangent()));
                    cotangents.extend(sum.map(|sum| (x, sum)));
                }
            });
        }
    }
    let slope = if reached.contains_key(&y.id) { cotangents.get(&argument.id).copied() } else { None };
    (y, Batch { graph, id: slope.unwrap_or_else(|| graph.constant(0.0, N)) })
}

/// The argument of `f` as a node of its own, the nodes that `f` adds, and its value.
fn recorded<'g, const N: usize, const M: usize>(
    x: Batch<'g, N>,
    f: impl FnOnce(Batch<'g, N>) -> Batch<'g, M>,
) -> (Batch<'g, N>, std::ops::Range<Id>, Batch<'g, M>) {
    let graph = x.graph;
    let argument = Batch { graph, id: graph.scale(x.id, 1.0, 0.0) };
    let from = graph.len();
    let y = f(argument);
    (argument, from..graph.len(), y)
}

/// The nodes whose values depend on `argument`.
fn reached(graph: &Graph, argument: Id, nodes: std::ops::Range<Id>) -> BTreeMap<Id, ()> {
    let mut reached = BTreeMap::from([(argument, ())]);
    for id in nodes {
        let mut depends = false;
        graph.entry(id).node.operands(|x| depends |= reached.contains_key(&x));
        if depends {
            reached.insert(id, ());
        }
    }
    reached
}

/// The derivative of a node, given the derivatives of its operands; `None` if it is zero.
fn tangent(graph: &Graph, id: Id, tangents: &BTreeMap<Id, Id>) -> Option<Id> {
    let entry = graph.entry(id);
    let of = |x: Id| tangents.get(&x).copied();
    let push = |node| graph.push(node, entry.rows);
    match entry.node {
        Node::Input(_) | Node::Dead | Node::HeldMax(_) => None,
        Node::Affine { terms, .. } => {
            let terms: Vec<Term> = terms.iter().filter_map(|term| Some(Term { x: of(term.x)?, ..*term })).collect();
            let some = !terms.is_empty();
            some.then(|| push(Node::Affine { terms, biases: Vec::new(), constant: 0.0 }))
        }
        Node::Apply(f, x) => {
            let dx = of(x)?;
            Some(graph.pair(Pairing::Mul, f.slope(graph, (x, id))?, dx))
        }
        Node::Pair(Pairing::Add, a, b) => graph.sum(of(a), of(b)),
        Node::Pair(Pairing::Sub, a, b) => match (of(a), of(b)) {
            (Some(a), Some(b)) => Some(graph.pair(Pairing::Sub, a, b)),
            (a, b) => a.or(b.map(|b| graph.scale(b, -1.0, 0.0))),
        },
        Node::Pair(Pairing::Mul, a, b) => {
            let left = of(a).map(|da| graph.pair(Pairing::Mul, da, b));
            let right = of(b).map(|db| graph.pair(Pairing::Mul, a, db));
            graph.sum(left, right)
        }
        Node::Pair(Pairing::Div, a, b) => {
            let right = of(b).map(|db| graph.scale(graph.pair(Pairing::Mul, id, db), -1.0, 0.0));
            Some(graph.pair(Pairing::Div, graph.sum(of(a), right)?, b))
        }
        Node::Scale { x, factor, .. } => Some(graph.scale(of(x)?, factor, 0.0)),
        Node::Concat(a, b) => {
            let (da, db) = (of(a), of(b));
            if da.is_none() && db.is_none() {
                return None;
            }
            let or_zero = |dx: Option<Id>, x| dx.unwrap_or_else(|| graph.constant(0.0, graph.rows(x)));
            let (da, db) = (or_zero(da, a), or_zero(db, b));
            Some(push(Node::Concat(da, db)))
        }
        Node::Rows { x, from } => Some(push(Node::Rows { x: of(x)?, from })),
        Node::Pad { x, from } => Some(push(Node::Pad { x: of(x)?, from })),
        Node::Sum(x) => Some(push(Node::Sum(of(x)?))),
        Node::Spread(x) => Some(push(Node::Spread(of(x)?))),
    }
}

/// Calls `give` with each operand of a node and its cotangent, given the cotangent `w` of the node.
fn pull_back(graph: &Graph, id: Id, w: Id, mut give: impl FnMut(Id, &dyn Fn() -> Id)) {
    match graph.entry(id).node {
        Node::Input(_) | Node::Dead | Node::HeldMax(_) => {}
        Node::Affine { terms, .. } => {
            for term in terms {
                let back = Term { x: w, transposed: !term.transposed, ..term };
                let node = Node::Affine { terms: vec![back], biases: Vec::new(), constant: 0.0 };
                give(term.x, &|| graph.push(node.clone(), graph.rows(term.x)));
            }
        }
        Node::Apply(f, x) => give(x, &|| match f.slope(graph, (x, id)) {
            Some(slope) => graph.pair(Pairing::Mul, slope, w),
            None => graph.constant(0.0, graph.rows(x)),
        }),
        Node::Pair(pairing, a, b) => {
            match pairing {
                Pairing::Add | Pairing::Sub => give(a, &|| w),
                Pairing::Mul => give(a, &|| graph.pair(Pairing::Mul, w, b)),
                Pairing::Div => give(a, &|| graph.pair(Pairing::Div, w, b)),
            }
            match pairing {
                Pairing::Add => give(b, &|| w),
                Pairing::Sub => give(b, &|| graph.scale(w, -1.0, 0.0)),
                Pairing::Mul => give(b, &|| graph.pair(Pairing::Mul, w, a)),
                Pairing::Div => give(b, &|| {
                    let quotient = graph.pair(Pairing::Div, graph.pair(Pairing::Mul, w, id), b);
                    graph.scale(quotient, -1.0, 0.0)
                }),
            }
        }
        Node::Scale { x, factor, .. } => give(x, &|| graph.scale(w, factor, 0.0)),
        Node::Concat(a, b) => {
            let (above, below) = (graph.rows(a), graph.rows(b));
            give(a, &|| graph.push(Node::Rows { x: w, from: 0 }, above));
            give(b, &|| graph.push(Node::Rows { x: w, from: above }, below));
        }
        Node::Rows { x, from } => give(x, &|| graph.push(Node::Pad { x: w, from }, graph.rows(x))),
        Node::Pad { x, from } => give(x, &|| graph.push(Node::Rows { x: w, from }, graph.rows(x))),
        Node::Sum(x) => give(x, &|| graph.push(Node::Spread(w), graph.rows(x))),
        Node::Spread(x) => give(x, &|| graph.push(Node::Sum(w), 1)),
    }
}
