//! (a) The spiral `y' = A y³` of the neural-ODE literature, learned from short pieces of its trajectory.

use nalgebra::{SMatrix, Vector2};
use rand::Rng as _;
use rand::rngs::StdRng;
use rheos::dynamics::problems::Spiral;
use rheos::formula::{Rows, Structure};
use rheos::nn::{
    Autonomous, AutonomousField, Block, Hidden, Layer, Linear, Mlp, Net, Recurrence, Residual, Sequence, SequenceBatch,
};
use rheos::train::mean_squared_error;
use rheos::{Dopri5, Ivp, Parametric, Pid, formula};

use crate::models::{Batched, Counted, Uniform, backsolve, columns, counted, dopri5, rk4};
use crate::run::{Candidate, Run, Settings, Trainer};

/// Samples in a batch.
const B: usize = 20;
/// Samples in a piece of trajectory, its start not counted.
const PIECE: usize = 10;
/// Seconds between two samples.
const SPACING: f64 = 0.05;
/// Samples of the trajectory.
const LENGTH: usize = 500;

type Points<const N: usize> = SMatrix<f64, 2, N>;

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

    /// `PIECE + 1` consecutive states for each of `B` random starts.
    fn batch(&self, rng: &mut StdRng) -> Vec<Points<B>> {
        let starts: [usize; B] = std::array::from_fn(|_| rng.random_range(0..=LENGTH - PIECE));
        (0..=PIECE).map(|step| columns(|i, sample| self.y[starts[sample] + step][i])).collect()
    }
}

/// Encoder, block and readout: from a state to hidden states and back. Time is counted in samples.
type Model<E, M, R> = (E, Sequence<M, R>);

/// Trains on pieces; the error is measured on the whole trajectory, rolled out from its start.
fn fit<E, M, R>(trainer: &mut Trainer<'_>, data: &Data, mut model: Model<E, M, R>) -> Run
where
    E: Layer<Input = Points<B>, Output = M::Hidden>,
    M: Block<Input = ()>,
    R: Layer<Input = <M::Hidden as Hidden>::Output, Output = Points<B>>,
{
    let mut run = trainer.fit(
        &mut model,
        |(encoder, sequence), rng, gradient| {
            let batch = data.batch(rng);
            let mut trace = E::Trace::default();
            let h0 = encoder.forward_traced(&batch[0], &mut trace);
            let unrolled = sequence.forward(&h0, &SequenceBatch::new(vec![(); PIECE]))?;
            let (loss, cotangents) = mean_squared_error(&unrolled.outputs, &batch[1..])?;
            let (_, hbar) = sequence.backward(unrolled.record, &cotangents, &mut gradient.1)?;
            let mut unused = batch[0] * 0.0;
            encoder.backward(&mut trace, &batch[0], &hbar, &mut unused, &mut gradient.0);
            Ok(loss)
        },
        |model| {
            let path = roll_out(model, data.y[0], LENGTH)?;
            let squares: f64 = path.iter().zip(&data.y[1..]).map(|(a, b)| (a - b).norm_squared()).sum();
            Ok((squares / (2 * LENGTH) as f64).sqrt())
        },
    );
    run.finish(|run| {
        let path = roll_out(&model, data.y[0], LENGTH)?;
        let from_start = std::iter::once(&data.y[0]).chain(&path).map(|y| (y[0], y[1])).collect();
        run.drawings = vec![from_start, displacements(&model)];
        Ok(())
    });
    run
}

/// `steps` states after `y0`.
fn roll_out<E, M, R>(
    (encoder, sequence): &Model<E, M, R>,
    y0: Vector2<f64>,
    steps: usize,
) -> rheos::Result<Vec<Vector2<f64>>>
where
    E: Layer<Input = Points<B>, Output = M::Hidden>,
    M: Block<Input = ()>,
    R: Layer<Input = <M::Hidden as Hidden>::Output, Output = Points<B>>,
{
    let h0 = encoder.forward(&columns(|i, _| y0[i]));
    let unrolled = sequence.forward(&h0, &SequenceBatch::new(vec![(); steps]))?;
    Ok(unrolled.outputs.iter().map(|y| y.column(0).into()).collect())
}

/// Arrows of the portrait in each direction.
pub const ARROWS: usize = 20;
/// The portrait shows `[−LIMIT, LIMIT]²`.
pub const LIMIT: f64 = 2.3;

/// Where the points of a grid are moved by one sample: tail and head of each arrow in turn.
fn displacements<E, M, R>(model: &Model<E, M, R>) -> Vec<(f64, f64)>
where
    E: Layer<Input = Points<B>, Output = M::Hidden>,
    M: Block<Input = ()>,
    R: Layer<Input = <M::Hidden as Hidden>::Output, Output = Points<B>>,
{
    let at = |i: usize| LIMIT * (2.0 * i as f64 / (ARROWS - 1) as f64 - 1.0);
    let mut arrows = Vec::new();
    for row in 0..ARROWS {
        let tails: Points<B> = columns(|i, sample| if i == 0 { at(sample) } else { at(row) });
        let h0 = model.0.forward(&tails);
        let Ok(unrolled) = model.1.forward(&h0, &SequenceBatch::new(vec![()])) else { continue };
        for (tail, head) in tails.column_iter().zip(unrolled.outputs[0].column_iter()) {
            arrows.push((tail[0], tail[1]));
            arrows.push((head[0], head[1]));
        }
    }
    arrows
}

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

fn field(rng: &mut Uniform<'_>) -> Counted<Field<f64>, B> {
    counted(Field { net: Mlp::uniform(rng) })
}

formula! {
    /// The point in the plane itself.
    struct Itself<T> {}
    fn apply(&self, y: Rows<2>) -> Rows<2> {
        y
    }
}

/// A model whose hidden state is the point in the plane itself.
fn bare<M: Parametric>(block: M) -> Model<Batched<Itself<f64>, B>, M, Batched<Itself<f64>, B>> {
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

/// The recurrence of an Elman network without input.
type Recurrent = Recurrence<Autonomous<Counted<Transition<f64>, B>>>;

/// The Elman network without input, started from an encoded point.
fn elman(rng: &mut Uniform<'_>) -> Model<Batched<Encoder<f64>, B>, Recurrent, Batched<Linear<f64, HIDDEN, 2>, B>> {
    let encoder = Net::new(Encoder { linear: Linear::uniform(rng) });
    let cell = counted(Transition { linear: Linear::uniform(rng) });
    (encoder, Sequence { block: Recurrence(Autonomous(cell)), readout: Net::new(Linear::uniform(rng)) })
}

/// How the spiral is trained.
///
/// The trajectory turns by 28 rad, so that small changes of the field add up: the noise of the batches moves the error of
/// the trajectory by more than itself at a hundredth of the first learning rate still. It settles in the last tenth of the
/// iterations with the third power of the cosine, there below 2e-5 of the first learning rate, and does not with the second.
pub fn settings(quick: bool) -> Settings {
    let (iterations, every) = if quick { (200, 20) } else { (20_000, 200) };
    Settings { iterations, every, learning_rate: 1e-2, decay: 3 }
}

/// The models on the spiral.
pub fn candidates(data: &Data) -> Vec<Candidate<'_>> {
    vec![
        Candidate::new("Elman RNN", elman, |t, m| fit(t, data, m)),
        Candidate::new("Residual RNN (Euler)", |rng| bare(Residual(Autonomous(field(rng)))), |t, m| fit(t, data, m)),
        Candidate::new("Neural ODE, RK4, discrete", |rng| bare(rk4(field(rng).field())), |t, m| fit(t, data, m)),
        Candidate::new("Neural ODE, Dopri5, discrete", |rng| bare(dopri5(field(rng).field())), |t, m| fit(t, data, m)),
        Candidate::new(
            "Neural ODE, Dopri5, backsolve",
            |rng| bare(backsolve(field(rng).field())),
            |t, m| fit(t, data, m),
        ),
    ]
}
