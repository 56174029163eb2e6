//! Running a program on slices, with one sample per column.

use super::graph::{Id, Node, Pairing, Term};
use super::packed::{Packed, Stamp};
use super::program::{PackedAffine, Place, Program, Step};
use super::scratch::{Scratch, room};
use crate::state::Element;

/// The values of a run that its pullback reads; the next run reuses the memory.
#[derive(Debug, Clone)]
pub struct Arena<T> {
    pub(super) values: Vec<T>,
    /// The scratch space of few values, which is cheaper than to look for a shared one.
    pub(super) own: Scratch<T>,
    /// The numbers that computed the values, and the number of samples; `None` without values.
    of: Option<(Stamp, usize)>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { values: Vec::new(), own: Scratch::default(), of: None }
    }
}

impl<T> Arena<T> {
    /// Forgets the values.
    pub(crate) const fn clear(&mut self) {
        self.of = None;
    }

    /// Whether the values were computed by these numbers, for this number of samples.
    pub(crate) fn is_of(&self, packed: &Packed<T>, samples: usize) -> bool {
        self.of == Some((packed.stamp, samples))
    }
}

/// The values of a run, by [place](Place).
pub(super) struct Values<'a, T> {
    pub(super) inputs: &'a [&'a [T]],
    pub(super) kept: &'a [T],
    pub(super) passing: &'a [T],
}

impl Program {
    /// The value at `id`.
    #[inline]
    pub(super) fn value<'a, T>(&self, id: Id, samples: usize, values: &Values<'a, T>) -> &'a [T] {
        let Step { place, rows, .. } = &self.steps[id];
        match *place {
            Place::Input(k) => values.inputs[k],
            Place::Kept(start) => &values.kept[start * samples..(start + rows) * samples],
            Place::Passing(start) => &values.passing[start * samples..(start + rows) * samples],
        }
    }

    /// The `k`-th output of the last run.
    #[inline]
    pub(crate) fn output<'a, T>(
        &self,
        k: usize,
        (samples, inputs): (usize, &'a [&'a [T]]),
        (arena, shared): (&'a Arena<T>, Option<&'a Scratch<T>>),
    ) -> &'a [T] {
        let scratch = shared.unwrap_or(&arena.own);
        self.output_in(k, samples, &Values { inputs, kept: &arena.values, passing: &scratch.passing })
    }

    /// The `k`-th output among the values of a run.
    #[inline]
    fn output_in<'a, T>(&self, k: usize, samples: usize, values: &Values<'a, T>) -> &'a [T] {
        self.value(self.outputs[k], samples, values)
    }

    /// Whether a run on this many samples has few values: they fit on the stack, and need no shared scratch space.
    #[inline]
    pub(crate) const fn has_few_values(&self, samples: usize) -> bool {
        self.rows * samples <= FEW_VALUES
    }

    /// Runs on inputs of `samples` samples with [few values](Self::has_few_values), and gives `see` a function that copies
    /// the output of an index. Nothing is kept.
    #[inline]
    pub(crate) fn evaluate<T: Element>(
        &self,
        packed: &Packed<T>,
        (samples, inputs): (usize, &[&[T]]),
        see: impl FnOnce(&dyn Fn(usize, &mut [T])),
    ) {
        let mut values = [T::zero(); FEW_VALUES];
        let (kept, passing) = values.split_at_mut(self.kept * samples);
        self.compute(packed, (samples, inputs), (kept, passing));
        let values = Values { inputs, kept, passing };
        see(&|k, y| y.copy_from_slice(self.output_in(k, samples, &values)));
    }

    /// Runs on inputs of `samples` samples. The arena keeps the values for the backward pass.
    pub(crate) fn forward<T: Element>(
        &self,
        packed: &Packed<T>,
        (samples, inputs): (usize, &[&[T]]),
        (arena, shared): (&mut Arena<T>, Option<&mut Scratch<T>>),
    ) {
        let Arena { values, own, of } = arena;
        let kept = room(values, self.kept * samples);
        let passing = room(&mut shared.unwrap_or(own).passing, (self.rows - self.kept) * samples);
        *of = Some((packed.stamp, samples));
        self.compute(packed, (samples, inputs), (kept, passing));
    }

    /// Computes all values.
    #[inline]
    fn compute<T: Element>(
        &self,
        packed: &Packed<T>,
        (samples, inputs): (usize, &[&[T]]),
        (kept, passing): (&mut [T], &mut [T]),
    ) {
        if samples == 0 {
            return;
        }
        for &id in &self.live {
            let step = &self.steps[id];
            let (values, y) = match step.place {
                Place::Input(_) => continue,
                Place::Kept(start) => {
                    let (kept, y) = kept.split_at_mut(start * samples);
                    (Values { inputs, kept, passing }, y)
                }
                Place::Passing(start) => {
                    let (passing, y) = passing.split_at_mut(start * samples);
                    (Values { inputs, kept, passing }, y)
                }
            };
            let run = Run { program: self, packed: &packed.numbers, samples, values };
            let y = &mut y[..step.rows * samples];
            match &step.node {
                Node::Affine { terms, .. } if step.rows > 0 => run.affine(step, terms, y),
                Node::Apply(f, x) => f.map(run.at(*x), y),
                _ => run.vectorized_step(step, y),
            }
        }
    }
}

/// Up to this many values are few.
const FEW_VALUES: usize = 64;

/// For so few entries the choice of vectors takes longer than it saves.
pub(super) const FEW: usize = 32;

/// As many products are added up in registers.
const TOGETHER: usize = 4;

/// One step of a run.
struct Run<'a, T> {
    program: &'a Program,
    packed: &'a [T],
    samples: usize,
    values: Values<'a, T>,
}

impl<'a, T: Element> Run<'a, T> {
    #[inline]
    fn at(&self, id: Id) -> &'a [T] {
        self.program.value(id, self.samples, &self.values)
    }

    fn rows(&self, id: Id) -> usize {
        self.program.steps[id].rows
    }

    #[inline(never)]
    fn vectorized_step(&self, step: &Step, y: &mut [T]) {
        if y.len() <= FEW {
            self.step(step, y);
        } else {
            T::vectorized(
                #[inline(always)]
                || self.step(step, y),
            );
        }
    }

    /// Writes the value of a step to `y`.
    #[inline(always)]
    fn step(&self, step: &Step, y: &mut [T]) {
        let n = step.rows;
        if n == 0 {
            return;
        }
        match &step.node {
            // Affine values and functions, the most frequent nodes, come first.
            Node::Input(_) | Node::Dead | Node::Affine { .. } | Node::Apply(..) => {}
            Node::Pair(pairing, a, b) => pair(*pairing, self.at(*a), self.at(*b), y),
            Node::Scale { x, factor, shift } => {
                let (factor, shift) = (T::embed(*factor), T::embed(*shift));
                for (y, &x) in y.iter_mut().zip(self.at(*x)) {
                    *y = factor * x + shift;
                }
            }
            Node::Concat(a, b) => {
                let (above, below) = (self.rows(*a), self.rows(*b));
                for (j, y) in y.chunks_exact_mut(n).enumerate() {
                    y[..above].copy_from_slice(&self.at(*a)[j * above..][..above]);
                    y[above..].copy_from_slice(&self.at(*b)[j * below..][..below]);
                }
            }
            Node::Rows { x, from } => {
                for (y, x) in y.chunks_exact_mut(n).zip(self.at(*x).chunks_exact(self.rows(*x))) {
                    y.copy_from_slice(&x[*from..from + n]);
                }
            }
            Node::Pad { x, from } => {
                let m = self.rows(*x);
                y.fill(T::zero());
                for (j, y) in y.chunks_exact_mut(n).enumerate() {
                    y[*from..from + m].copy_from_slice(&self.at(*x)[j * m..][..m]);
                }
            }
            Node::Sum(x) => {
                let m = self.rows(*x);
                for (j, y) in y.iter_mut().enumerate() {
                    *y = self.at(*x)[j * m..][..m].iter().fold(T::zero(), |sum, &x| sum + x);
                }
            }
            Node::HeldMax(x) => {
                for (y, x) in y.iter_mut().zip(self.at(*x).chunks_exact(self.rows(*x))) {
                    *y = x.iter().fold(x[0], |largest, &x| if x > largest { x } else { largest });
                }
            }
            Node::Spread(x) => {
                for (y, &x) in y.chunks_exact_mut(n).zip(self.at(*x)) {
                    y.fill(x);
                }
            }
        }
    }

    #[inline]
    fn affine(&self, step: &Step, terms: &[Term], y: &mut [T]) {
        let Some(PackedAffine { terms: matrices, column }) = &step.affine else { return };
        let mut products: [(&[T], &[T]); TOGETHER] = [(&[], &[]); TOGETHER];
        let (together, more) = terms.split_at(terms.len().min(TOGETHER));
        for (product, (term, [matrix, _])) in products.iter_mut().zip(together.iter().zip(matrices)) {
            *product = (&self.packed[matrix.clone()], self.at(term.x));
        }
        T::affine(y, step.rows, &self.packed[column.clone()], &products[..together.len()]);
        for (term, [matrix, _]) in more.iter().zip(&matrices[together.len()..]) {
            T::add_product(y, step.rows, None, &self.packed[matrix.clone()], self.at(term.x));
        }
    }
}

#[inline(always)]
fn pair<T: Element>(pairing: Pairing, a: &[T], b: &[T], y: &mut [T]) {
    match pairing {
        Pairing::Add => zip(a, b, y, |a, b| a + b),
        Pairing::Sub => zip(a, b, y, |a, b| a - b),
        Pairing::Mul => zip(a, b, y, |a, b| a * b),
        Pairing::Div => zip(a, b, y, |a, b| a / b),
    }
}

#[inline(always)]
fn zip<T: Element>(a: &[T], b: &[T], y: &mut [T], f: impl Fn(T, T) -> T) {
    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
        *y = f(a, b);
    }
}

/// `y += x`.
#[inline(always)]
pub(super) fn add<T: Element>(y: &mut [T], x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += x;
    }
}
