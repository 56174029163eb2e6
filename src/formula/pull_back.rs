//! The backward pass through a program: the pullback of cotangents of its outputs.

use super::graph::{Id, Node, Pairing, Term};
use super::packed::{Layout, Packed};
use super::program::{Program, Step};
use super::run::{Arena, FEW, Values, add};
use super::scratch::{Scratch, room};
use crate::state::Element;

/// The destinations of the cotangents of a program.
pub(crate) struct Cotangents<'a, 'b, T, L> {
    /// The cotangents of the inputs; the pullback adds to them. Empty if they are not needed and
    /// [`Program::may_omit_inputs`] holds.
    pub(crate) inputs: &'a mut [&'b mut [T]],
    /// The cotangents of the weights and biases; the pullback adds to them.
    pub(crate) leaves: &'a mut L,
}

/// The numbers of weights and biases, by index.
pub(crate) trait Leaves<T> {
    /// The memory layout of matrices.
    const LAYOUT: Layout;
    /// The entries of the `k`-th.
    fn leaf(&mut self, k: usize) -> &mut [T];
}

impl Program {
    /// Adds the pullback of the cotangents `w` of the outputs, after a [run](Self::forward) on these `inputs`.
    pub(crate) fn backward<T: Element, L: Leaves<T>>(
        &self,
        packed: &Packed<T>,
        (samples, inputs): (usize, &[&[T]]),
        w: &[&[T]],
        (arena, shared): (&mut Arena<T>, Option<&mut Scratch<T>>),
        cotangents: Cotangents<'_, '_, T, L>,
    ) {
        if samples == 0 {
            return;
        }
        let Cotangents { inputs: inputs_bar, leaves: leaves_bar } = cotangents;
        let Arena { values: kept, own, .. } = arena;
        let Scratch { bars, sum, ones, .. } = shared.unwrap_or(own);
        let bars = room(bars, self.rows * samples);
        bars.fill(T::zero());
        let sum = room(sum, self.highest);
        if ones.len() < samples {
            ones.resize(samples, T::one());
        }
        let values = Values { inputs, kept, passing: &[] };
        let back = Back { program: self, samples, values, ones: &ones[..samples] };
        for (&output, w) in self.outputs.iter().zip(w) {
            add(Bars { program: self, samples, bars, inputs: inputs_bar }.of(output), w);
        }
        for &id in self.live.iter().rev() {
            let step = &self.steps[id];
            let (before, after) = bars.split_at_mut(step.start * samples);
            let w = &after[..step.rows * samples];
            let mut to = Bars { program: self, samples, bars: before, inputs: inputs_bar };
            if let (Node::Affine { terms, biases, .. }, Some(places)) = (&step.node, &step.affine) {
                back.biases(biases, w, leaves_bar, &mut sum[..step.rows]);
                for (term, [_, transposed]) in terms.iter().zip(&places.terms) {
                    let transposed = &packed.numbers[transposed.clone()];
                    back.term((*term, transposed), (step.rows, w), (to.of(term.x), leaves_bar));
                }
            } else if let Node::Apply(f, x) = &step.node {
                let x_value = if f.reads_argument() { back.at(*x) } else { &[] };
                let y_value = if f.reads_value() { back.at(id) } else { &[] };
                f.pull_back((x_value, y_value), w, to.of(*x));
            } else {
                back.vectorized_step(id, w, to);
            }
        }
    }
}

/// The cotangents of the values before a step.
struct Bars<'a, 'b, T> {
    program: &'a Program,
    samples: usize,
    bars: &'a mut [T],
    inputs: &'a mut [&'b mut [T]],
}

impl<T> Bars<'_, '_, T> {
    /// The cotangent of the value at `id`.
    #[inline]
    fn of(&mut self, id: Id) -> &mut [T] {
        let Step { node, rows, start, .. } = &self.program.steps[id];
        match node {
            Node::Input(k) => self.inputs.get_mut(*k).map_or(&mut [], |bar| &mut **bar),
            _ => &mut self.bars[start * self.samples..(start + rows) * self.samples],
        }
    }
}

/// The pullback of one step.
struct Back<'a, T> {
    program: &'a Program,
    samples: usize,
    values: Values<'a, T>,
    ones: &'a [T],
}

impl<'a, T: Element> Back<'a, T> {
    #[inline]
    fn at(&self, id: Id) -> &'a [T] {
        self.program.value(id, self.samples, &self.values)
    }

    fn rows(&self, id: Id) -> usize {
        self.program.steps[id].rows
    }

    /// Adds the sum of `w` over the samples to the cotangent of each bias.
    #[inline]
    fn biases(&self, biases: &[usize], w: &[T], leaves_bar: &mut impl Leaves<T>, sum: &mut [T]) {
        let Some((&first, more)) = biases.split_first() else { return };
        if w.is_empty() {
            return;
        }
        if more.is_empty() {
            self.add_sum(w, leaves_bar.leaf(first));
            return;
        }
        sum.fill(T::zero());
        self.add_sum(w, sum);
        biases.iter().for_each(|&bias| add(leaves_bar.leaf(bias), sum));
    }

    /// Adds the sum over the samples.
    #[inline]
    fn add_sum(&self, w: &[T], sum: &mut [T]) {
        if self.samples == 1 { add(sum, w) } else { T::add_product(sum, sum.len(), None, w, self.ones) }
    }

    /// The pullback of `y = W x`, or of `y = Wᵀ x`, given the transpose of the matrix.
    #[inline]
    fn term<L: Leaves<T>>(
        &self,
        (term, transposed): (Term, &[T]),
        (n, w): (usize, &[T]),
        (xbar, leaves_bar): (&mut [T], &mut L),
    ) {
        let (m, x) = (self.rows(term.x), self.at(term.x));
        if n == 0 || m == 0 {
            return;
        }
        let weight_bar = leaves_bar.leaf(term.weight);
        let swap = term.transposed == (L::LAYOUT == Layout::Columns);
        let (height, rows, columns) = if swap { (m, x, w) } else { (n, w, x) };
        if self.samples == 1 && weight_bar.len() <= SMALL {
            let mut rest = weight_bar;
            for &column in columns {
                let (bar, after) = rest.split_at_mut(rows.len());
                for (bar, &row) in bar.iter_mut().zip(rows) {
                    *bar += row * column;
                }
                rest = after;
            }
            for (column, &w) in transposed.chunks_exact(m).zip(w) {
                for (xbar, &entry) in xbar.iter_mut().zip(column) {
                    *xbar += entry * w;
                }
            }
        } else {
            T::add_product_transposed(weight_bar, height, rows, columns);
            if !xbar.is_empty() {
                T::add_product(xbar, m, None, transposed, w);
            }
        }
    }

    #[inline(never)]
    fn vectorized_step(&self, id: Id, w: &[T], to: Bars<'_, '_, T>) {
        if w.len() <= FEW {
            self.step(id, w, to);
        } else {
            T::vectorized(
                #[inline(always)]
                || self.step(id, w, to),
            );
        }
    }

    /// The pullback of a step that is neither affine nor a function.
    #[inline(always)]
    fn step(&self, id: Id, w: &[T], mut to: Bars<'_, '_, T>) {
        let n = self.rows(id);
        if n == 0 {
            return;
        }
        match &self.program.steps[id].node {
            Node::Input(_) | Node::Dead | Node::Affine { .. } | Node::Apply(..) | Node::HeldMax(_) => {}
            Node::Pair(Pairing::Add, a, b) => {
                add(to.of(*a), w);
                add(to.of(*b), w);
            }
            Node::Pair(Pairing::Sub, a, b) => {
                add(to.of(*a), w);
                for (b, &w) in to.of(*b).iter_mut().zip(w) {
                    *b -= w;
                }
            }
            Node::Pair(Pairing::Mul, a, b) => {
                add_each(to.of(*a), w, self.at(*b), |w, b| w * b);
                add_each(to.of(*b), w, self.at(*a), |w, a| w * a);
            }
            Node::Pair(Pairing::Div, a, b) => {
                add_each(to.of(*a), w, self.at(*b), |w, b| w / b);
                for (((bar, &w), &y), &b) in to.of(*b).iter_mut().zip(w).zip(self.at(id)).zip(self.at(*b)) {
                    *bar -= w * y / b;
                }
            }
            Node::Scale { x, factor, .. } => {
                let factor = T::embed(*factor);
                for (x, &w) in to.of(*x).iter_mut().zip(w) {
                    *x += factor * w;
                }
            }
            Node::Concat(a, b) => {
                let (above, below) = (self.rows(*a), self.rows(*b));
                for (j, w) in w.chunks_exact(n).enumerate() {
                    add(&mut to.of(*a)[j * above..][..above], &w[..above]);
                    add(&mut to.of(*b)[j * below..][..below], &w[above..]);
                }
            }
            Node::Rows { x, from } => {
                for (x, w) in to.of(*x).chunks_exact_mut(self.rows(*x)).zip(w.chunks_exact(n)) {
                    add(&mut x[*from..from + n], w);
                }
            }
            Node::Pad { x, from } => {
                let m = self.rows(*x);
                for (j, w) in w.chunks_exact(n).enumerate() {
                    add(&mut to.of(*x)[j * m..][..m], &w[*from..from + m]);
                }
            }
            Node::Sum(x) => {
                let m = self.rows(*x);
                for (j, &w) in w.iter().enumerate() {
                    to.of(*x)[j * m..][..m].iter_mut().for_each(|x| *x += w);
                }
            }
            Node::Spread(x) => {
                for (x, w) in to.of(*x).iter_mut().zip(w.chunks_exact(n)) {
                    *x += w.iter().fold(T::zero(), |sum, &w| sum + w);
                }
            }
        }
    }
}

/// Up to this many entries of a weight, the pullback of a product with one sample calls no kernel.
const SMALL: usize = 64;

/// `y += f(a, b)`.
#[inline(always)]
fn add_each<T: Element>(y: &mut [T], a: &[T], b: &[T], f: impl Fn(T, T) -> T) {
    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
        *y += f(a, b);
    }
}
