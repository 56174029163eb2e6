//! (a) The spiral `y' = A y³` of the neural-ODE literature, learned from short pieces of its trajectory.

use nalgebra::{Matrix2xX, Vector2};
use rheos::analysis::{Held, TimeMap};
use rheos::dynamics::problems::Spiral;
use rheos::formula::{Rows, Structure};
use rheos::nn::{
    Autonomous, AutonomousField, Block, FromSamples, Hidden, Layer, Linear, Mlp, Net, OdeBlock, Recurrence, Replicate,
    Residual, Sequence, SequenceBatch,
};
use rheos::train::{Exponential, MiniBatch, mean_squared_error, objective};
use rheos::{DiscreteAdjoint, Dopri5, Ivp, Parametric, Pid, Result, Rk4, State, formula};

use crate::became::{Became, take_apart};
use crate::models::{BACKSOLVE, Counted, ONE_STEP, TOLERANCE, Uniform, counted};
use crate::run::{Candidate, Measured, Settings};

/// Samples in a piece of trajectory, its start not counted.
const PIECE: usize = 10;
/// Seconds between two samples.
const SPACING: f64 = 0.05;
/// Samples of the trajectory.
const LENGTH: usize = 500;

/// A point of the plane for each sample.
type Points = Matrix2xX<f64>;

/// The errors of a model.
pub const ERRORS: [&str; 1] = ["RMSE of the trajectory"];

/// Points of the drawn trajectory between two samples.
const FINER: usize = 5;

/// The trajectory from `(2, 0)`.
pub struct Data {
    /// The states, every [`SPACING`] seconds.
    y: Vec<Vector2<f64>>,
    /// The trajectory as it is drawn.
    pub course: Vec<(f64, f64)>,
}

impl Data {
    /// Solves the spiral at tight tolerance.
    pub fn new() -> rheos::Result<Self> {
        let (field, y0) = Spiral::problem();
        let times: Vec<f64> = (0..=LENGTH * FINER).map(|i| i as f64 * SPACING / FINER as f64).collect();
        let span = 0.0..times[LENGTH * FINER];
        let solution = Ivp::new(&field, y0, span).save_at(&times).solve(Dopri5, Pid::tolerance(1e-10))?;
        let course = solution.y.iter().map(|y| (y[0], y[1])).collect();
        Ok(Self { y: solution.y.into_iter().step_by(FINER).collect(), course })
    }

    /// The true system, as its models are taken apart.
    pub fn apart(&self) -> Result<Became> {
        let (field, _) = Spiral::problem();
        let map = TimeMap::new(&field, 0.0..SPACING, Dopri5, Pid::tolerance(1e-10));
        take_apart(&map, &self.y, SPACING, |y| y.norm())
    }

    /// The models on the spiral.
    pub fn candidates(&self) -> Vec<Candidate<'_>> {
        let field = |rng: &mut Uniform<'_>| counted(Field { net: Mlp::uniform(rng) });
        vec![
            self.candidate("Elman RNN", elman),
            self.candidate("Residual RNN (Euler)", move |rng| bare(Residual(Autonomous(field(rng))))),
            self.candidate("Neural ODE, RK4, discrete", move |rng| {
                bare(OdeBlock::new(field(rng).field(), Rk4, ONE_STEP, DiscreteAdjoint::new()))
            }),
            self.candidate("Neural ODE, Dopri5, discrete", move |rng| {
                bare(OdeBlock::new(field(rng).field(), Dopri5, TOLERANCE, DiscreteAdjoint::new()))
            }),
            self.candidate("Neural ODE, Dopri5, backsolve", move |rng| {
                bare(OdeBlock::new(field(rng).field(), Dopri5, TOLERANCE, BACKSOLVE))
            }),
        ]
    }

    /// A model that is trained on pieces of the trajectory, and measured on the whole trajectory, rolled out from its start.
    fn candidate<E, B, R>(
        &self,
        name: &'static str,
        build: impl Fn(&mut Uniform<'_>) -> Model<E, B, R> + Sync + 'static,
    ) -> Candidate<'_>
    where
        E: Layer<Input = Points, Output = B::Hidden> + 'static,
        B: Block<Input = (), Hidden: Replicate + Send + Sync> + Clone + Sync + 'static,
        R: Layer<Input = <B::Hidden as Hidden>::Output, Output = Points> + 'static,
    {
        // Every start of a piece is a sample.
        let pieces =
            objective(LENGTH - PIECE + 1, |model: &Model<E, B, R>, MiniBatch { samples, .. }: MiniBatch<'_>| {
                let at = |step: usize| {
                    Points::from_samples(samples.len(), |sample, row| self.y[samples[sample] + step][row])
                };
                let (encoder, sequence) = model;
                let (start, targets) = (at(0), (1..=PIECE).map(at).collect::<Vec<Points>>());
                let mut trace = E::Trace::default();
                let h0 = encoder.forward_traced(&start, &mut trace);
                let unrolled = sequence.forward(&h0, &SequenceBatch::new(vec![(); PIECE]))?;
                let (loss, cotangents) = mean_squared_error(&unrolled.outputs, &targets)?;
                let mut gradient = model.params().zeros_like();
                let (_, hbar) = sequence.backward(unrolled.record, &cotangents, &mut gradient.1)?;
                encoder.backward(&mut trace, &start, &hbar, &mut start.zeros_like(), &mut gradient.0);
                Ok((loss, gradient))
            });
        let roll_out = |(encoder, sequence): &Model<E, B, R>, y0: &Points, steps: usize| -> Result<Vec<Points>> {
            Ok(sequence.predict(&encoder.forward(y0), &SequenceBatch::new(vec![(); steps]))?.0)
        };
        let path = move |model: &Model<E, B, R>| roll_out(model, &Points::from_columns(&self.y[..1]), LENGTH);
        let error = move |path: &[Points]| {
            let squares: f64 = path.iter().zip(&self.y[1..]).map(|(a, b)| (a.column(0) - b).norm_squared()).sum();
            (squares / (2 * LENGTH) as f64).sqrt()
        };
        // The map of a step from hidden state to hidden state. The Jacobian by the continuous adjoint is not exact.
        let became = move |(encoder, sequence): &Model<E, B, R>| -> Result<Became> {
            if name.ends_with("backsolve") {
                return Ok(Became::new());
            }
            let mut visited = vec![encoder.forward(&Points::from_columns(&self.y[..1]))];
            for step in 0..LENGTH {
                let mut h = visited[step].clone();
                sequence.block.advance(&(), &mut h, 1.0.into())?;
                visited.push(h);
            }
            let distance = |h: &B::Hidden| sequence.readout.forward(h.output()).norm();
            let map = Held::new(sequence.block.clone(), ());
            take_apart(&map, &visited, SPACING, distance)
        };
        let measure = move |model: &Model<E, B, R>| {
            let (path, tails) = (path(model)?, grid());
            let heads = roll_out(model, &tails, 1)?;
            let start = std::iter::once((self.y[0][0], self.y[0][1]));
            let course = start.chain(path.iter().map(|y| (y[0], y[1]))).collect();
            // Tail and head of each arrow in turn.
            let ends = tails.column_iter().zip(heads[0].column_iter());
            let arrows = ends.flat_map(|(tail, head)| [(tail[0], tail[1]), (head[0], head[1])]).collect();
            let became = became(model)?;
            Ok(Measured { errors: vec![error(&path)], drawings: vec![course, arrows], became })
        };
        Candidate::new(name, build, pieces, move |model| Ok(error(&path(model)?)), measure)
    }
}

/// Arrows of the portrait in each direction.
const ARROWS: usize = 20;
/// The portrait shows `[−LIMIT, LIMIT]²`.
pub const LIMIT: f64 = 2.3;

/// The points that the arrows of the portrait start from.
fn grid() -> Points {
    let at = |i: usize| LIMIT * (2.0 * i as f64 / (ARROWS - 1) as f64 - 1.0);
    Points::from_samples(ARROWS * ARROWS, |sample, row| at([sample % ARROWS, sample / ARROWS][row]))
}

/// Encoder, block and readout: from a state to hidden states and back. Time is counted in samples.
type Model<E, B, R> = (E, Sequence<B, R>);

/// Hidden units of the networks on the plane, and of the Elman network: the sizes that bring the parameters closest.
const WIDTH: usize = 50;
const HIDDEN: usize = 13;

formula! {
    /// The field of the literature: `W₂ tanh(W₁ y³ + b₁) + b₂`.
    struct Field<T> { net: Mlp<T, 2, WIDTH, 2> }
    fn apply(&self, y: Rows<2>) -> Rows<2> {
        self.net.apply(y * y.square())
    }
}

formula! {
    /// The point in the plane itself.
    struct Itself<T> {}
    fn apply(&self, y: Rows<2>) -> Rows<2> {
        y
    }
}

/// A model whose hidden state is the point in the plane itself.
fn bare<B>(block: B) -> Model<Net<Itself<f64>>, B, Net<Itself<f64>>> {
    (Net::new(Itself::zeros()), Sequence { block, readout: Net::new(Itself::zeros()) })
}

formula! {
    /// The hidden state of a point, `W y³ + b`.
    struct Encoder<T> { linear: Linear<T, 2, HIDDEN> }
    fn apply(&self, y: Rows<2>) -> Rows<HIDDEN> {
        self.linear.apply(y * y.square())
    }
}

formula! {
    /// The Elman network without input, `tanh(W h + b)`.
    struct Transition<T> { linear: Linear<T, HIDDEN, HIDDEN> }
    fn apply(&self, h: Rows<HIDDEN>) -> Rows<HIDDEN> {
        self.linear.apply(h).tanh()
    }
}

/// The Elman network without input, started from an encoded point.
type Elman = Model<Net<Encoder<f64>>, Recurrence<Autonomous<Counted<Transition<f64>>>>, Net<Linear<f64, HIDDEN, 2>>>;

fn elman(rng: &mut Uniform<'_>) -> Elman {
    let encoder = Net::new(Encoder { linear: Linear::uniform(rng) });
    let cell = counted(Transition { linear: Linear::uniform(rng) });
    (encoder, Sequence { block: Recurrence(Autonomous(cell)), readout: Net::new(Linear::uniform(rng)) })
}

/// How the spiral is trained.
///
/// The trajectory turns by 28 rad, so that small changes of the field add up: the noise of the batches moves the error of
/// the trajectory by more than itself at a hundredth of the first learning rate still. It settles in the last tenth of the
/// iterations if the learning rate falls by `1e-6` in all, there below 4e-6 of the first learning rate, and does not if it
/// falls by `1e-5`.
pub fn settings(quick: bool) -> Settings {
    let (iterations, every) = if quick { (200, 20) } else { (20_000, 200) };
    let schedule = |steps| Exponential::new(1e-2, 1e-6_f64.powf(1.0 / steps as f64)).into();
    Settings { iterations, every, batch_size: 20, schedule }
}
