//! Figure 3 of Chen et al. 2018: the cost of trained ODE networks by tolerance, and over their training.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

use rheos::adjoint::InterpolatingAdjoint;
use rheos::formula::{Heap, Structure};
use rheos::nn::{Layer, Linear, Net, TimeField};
use rheos::plot::{Series, WorkPrecision, learning_curves};
use rheos::solver::explicit::Dop853;
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Pid, Result, solve};

use crate::Task;
use crate::comparison::Options;
use crate::comparison::table::median;
use crate::cost::{Batch, Evaluations, Hidden, batches, cotangent, count};
use crate::families::{TOLERANCE, shorter, train};
use crate::networks::{CLASSES, DEPTH, Network, UNITS};
use crate::ode_nets::{OdeNet, TimeMlp, ode_net};

/// The exponents of ten of the tolerances.
const EXPONENTS: [i32; 6] = [-1, -2, -3, -4, -5, -6];
/// The batches of test images.
const BATCHES: usize = 5;
/// The training is so many times longer than in the table, since the flow changes slowly.
const LENGTH: usize = 6;
/// The repetitions of a timed solve.
const ROUNDS: usize = 7;
/// The tolerance of the reference, by another method of order 8.
const REFERENCE: f64 = 1e-11;

/// The solves at one tolerance: means over the batches.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    tolerance: f64,
    /// The distance of the hidden states from the reference, relative to them.
    error: f64,
    /// The seconds of a forward pass.
    seconds: f64,
    discrete: Evaluations,
    backsolve: Evaluations,
    interpolating: Evaluations,
}

/// A trained network of images, with its measurements.
struct Measured {
    name: &'static str,
    points: Vec<Point>,
    /// The evaluations of a forward pass after each epoch.
    course: Vec<f64>,
}

/// A trained flow in double precision, with hidden states before it.
struct Flow {
    field: TimeField<Net<TimeMlp<Heap<f64>, UNITS>>>,
    readout: Net<Linear<f64, UNITS, CLASSES>>,
    starts: Vec<(Hidden<f64>, Vec<usize>)>,
}

impl Flow {
    /// The flow of a network that was trained in single precision, and its hidden states for these images.
    fn new<const N: usize, A>(model: &Network<N, OdeNet<A>>, images: &[Batch<N>]) -> Result<Self> {
        let start =
            |Batch { x, classes }: &Batch<N>| Ok((model.encoder.try_forward(x)?.map(f64::from), classes.clone()));
        Ok(Self {
            field: Net::dynamic(model.block.field.0.weights().to_store::<Heap<f64>>()).timed(),
            readout: Net::dynamic(model.readout.weights().to_store::<f64>()),
            starts: images.iter().map(start).collect::<Result<_>>()?,
        })
    }

    /// The hidden states after the flow.
    fn references(&self) -> Result<Vec<Hidden<f64>>> {
        let end = |(z, _): &(Hidden<f64>, _)| {
            let found = solve(&self.field, z.clone(), 0.0..DEPTH, Dop853, Pid::tolerance(REFERENCE))?;
            Ok(found.last().clone())
        };
        self.starts.iter().map(end).collect()
    }

    /// The solves at a tolerance.
    fn at(&self, tolerance: f64, references: &[Hidden<f64>]) -> Result<Point> {
        let control = Pid::tolerance(tolerance);
        let mut seconds = Vec::new();
        let mut error = 0.0;
        for round in 0..ROUNDS {
            let begin = Instant::now();
            let solve_one = |(z, _): &(Hidden<f64>, _)| solve(&self.field, z.clone(), 0.0..DEPTH, Dopri5, control);
            let found: Vec<_> = self.starts.iter().map(solve_one).collect();
            seconds.push(begin.elapsed().as_secs_f64() / self.starts.len() as f64);
            if round == 0 {
                for (found, reference) in found.into_iter().zip(references) {
                    error += (found?.last() - reference).norm() / reference.norm() / references.len() as f64;
                }
            }
        }
        Ok(Point {
            tolerance,
            error,
            seconds: median(&seconds),
            discrete: self.count(|z, pull| count(&self.field, z, (Dopri5, control, &DiscreteAdjoint::new()), pull))?,
            backsolve: self.count(|z, pull| {
                // Here a gradient is counted, not used, so it may be inaccurate.
                let adjoint = BacksolveAdjoint::new(Dopri5, control).drift_limit(f64::INFINITY);
                count(&self.field, z, (Dopri5, control, &adjoint), pull)
            })?,
            interpolating: self.count(|z, pull| {
                count(&self.field, z, (Dopri5, control, &InterpolatingAdjoint::new(Dopri5, control)), pull)
            })?,
        })
    }

    /// The mean of the evaluations over the batches.
    fn count(
        &self,
        count: impl Fn(&Hidden<f64>, &crate::cost::Pull<'_, Hidden<f64>>) -> Result<Evaluations>,
    ) -> Result<Evaluations> {
        let mut sum = Evaluations { forwards: 0.0, backwards: 0.0 };
        for (z, classes) in &self.starts {
            let found = count(z, &|end| cotangent(&self.readout, end, classes))?;
            sum.forwards += found.forwards / self.starts.len() as f64;
            sum.backwards += found.backwards / self.starts.len() as f64;
        }
        Ok(sum)
    }
}

/// Trains an ODE network from one seed, and measures it.
fn measured<const N: usize>(task: &Task<N>, quick: bool) -> Result<Measured> {
    let short = shorter(task, quick);
    let task = Task { epochs: LENGTH * short.epochs, ..short };
    let (model, outcome) = train(&task, 0, ode_net(0, TOLERANCE, DiscreteAdjoint::new()))?;
    let flow = Flow::new(&model, &batches(&task.images.test, task.batch, BATCHES))?;
    let references = flow.references()?;
    let points = EXPONENTS.iter().map(|&exponent| flow.at(10.0_f64.powi(exponent), &references));
    Ok(Measured { name: task.name, points: points.collect::<Result<_>>()?, course: outcome.course })
}

/// Measures an ODE network for each kind of images, prints the tables, and draws `tolerance` and `evaluations` as SVG and PNG.
///
/// # Errors
/// The errors of a training, of the solves, and of the pictures.
pub fn run<const N: usize, const M: usize>(
    first: &Task<N>,
    second: &Task<M>,
    options: &Options,
) -> std::result::Result<(), Box<dyn Error>> {
    let all = [measured(first, options.quick)?, measured(second, options.quick)?];
    for one in &all {
        println!("{}", table(one));
    }
    draw(&all, options)?;
    Ok(())
}

fn draw(all: &[Measured], options: &Options) -> Result<()> {
    let series = |name: &str, look: usize, one: &Measured, point: fn(&Point) -> (f64, f64)| {
        Series::new(name, one.points.iter().map(point)).look(look)
    };
    let mut figure = WorkPrecision::new().row("evaluations forwards", "relative error");
    for one in all {
        figure = figure.panel(one.name, [series("Dopri5", 0, one, |p| (p.discrete.forwards, p.error))]);
    }
    figure = figure.row("evaluations forwards", "seconds forwards");
    for one in all {
        figure = figure.panel("", [series("Dopri5", 0, one, |p| (p.discrete.forwards, p.seconds))]);
    }
    figure = figure.row("evaluations forwards", "evaluations backwards");
    for one in all {
        figure = figure.panel(
            "",
            [
                series("discrete", 1, one, |p| (p.discrete.forwards, p.discrete.backwards)),
                series("backsolve", 2, one, |p| (p.backsolve.forwards, p.backsolve.backwards)),
                series("interpolating", 3, one, |p| (p.interpolating.forwards, p.interpolating.backwards)),
            ],
        );
    }
    let course = |one: &Measured| {
        Series::new(one.name, one.course.iter().enumerate().map(|(epoch, count)| ((epoch + 1) as f64, *count)))
    };
    let courses = learning_curves(all.iter().map(course))
        .title("Evaluations of a forward pass")
        .axes("epoch", "evaluations forwards");
    let figure = figure.title("Trained ODE networks by tolerance");
    ["svg", "png"].into_iter().try_for_each(|ending| {
        figure.save(options.out.join("tolerance").with_extension(ending))?;
        courses.save(options.out.join("evaluations").with_extension(ending))
    })
}

/// The tables in Markdown.
fn table(Measured { name, points, course }: &Measured) -> String {
    let mut text = format!(
        "### {name}: a trained ODE-Net by tolerance\n\n\
         | tolerance | relative error | ms forwards | evaluations forwards | backwards: discrete | backsolve | interpolating |\n\
         |--:|--:|--:|--:|--:|--:|--:|\n"
    );
    for Point { tolerance, error, seconds, discrete, backsolve, interpolating } in points {
        let milliseconds = 1e3 * seconds;
        let backwards = [discrete, backsolve, interpolating]
            .map(|count| format!("{:.1} ({:.2})", count.backwards, count.backwards / count.forwards));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {tolerance:.0e} | {error:.1e} | {milliseconds:.2} | {:.1} | {} |",
            discrete.forwards,
            backwards.join(" | ")
        );
    }
    text += "\nIn brackets: relative to the evaluations forwards.\n\n";
    let runs = course.chunk_by(|a, b| a == b);
    let counts: Vec<String> = runs.map(|run| format!("{:.1} ({})", run[0], run.len())).collect();
    let _ = writeln!(text, "Evaluations forwards over the training, with the number of epochs: {}.", counts.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Pull;
    use rheos::nn::BatchMatrix;
    use rheos::train::{CrossEntropy, Loss};

    #[test]
    fn the_flow_in_double_precision_is_the_flow_of_the_network() {
        let model = ode_net::<64, _>(3, 1e-5, DiscreteAdjoint::new());
        let x = BatchMatrix::<f32, 64>::from_fn(2, |row, sample| ((row + 3 * sample) as f32).sin());
        let flow = Flow::new(&model, &[Batch { x: x.clone(), classes: vec![1, 2] }]).unwrap();
        let ends = flow.references().unwrap();
        let logits = flow.readout.forward(&ends[0]).map(|x| x as f32);
        // The tolerance of the network, times the size of its readout.
        assert!((logits - model.predict(&x).unwrap()).amax() < 1e-3);
        let [coarse, fine] = [1e-3, 1e-6].map(|tolerance| flow.at(tolerance, &ends).unwrap());
        assert!(fine.error < 1e-5 && fine.error < coarse.error, "{coarse:?} {fine:?}");
        assert!(fine.discrete.forwards > coarse.discrete.forwards);
    }

    #[test]
    fn the_cotangent_is_the_derivative_of_the_loss() {
        let model = ode_net::<64, _>(3, 1e-3, DiscreteAdjoint::new());
        let readout: Net<Linear<f64, UNITS, CLASSES>> = Net::dynamic(model.readout.weights().to_store::<f64>());
        let z = Hidden::<f64>::from_fn(3, |row, sample| ((row + 5 * sample) as f64).cos());
        let classes = vec![0, 4, 9];
        let loss = |z: &Hidden<f64>| {
            CrossEntropy::new(CLASSES).of(&[readout.forward(z)], std::slice::from_ref(&classes)).unwrap().0
        };
        let pull: &Pull<'_, Hidden<f64>> = &|z| cotangent(&readout, z, &classes);
        let found = pull(&z).unwrap();
        let (direction, h) = (Hidden::<f64>::from_fn(3, |row, sample| ((2 * row + sample) as f64).sin()), 1e-5);
        let difference = (loss(&(&z + &direction * h)) - loss(&(&z - &direction * h))) / (2.0 * h);
        // Central differences: h² of truncation, 1e-16 / h of rounding.
        assert!((found.dot(&direction) - difference).abs() < 1e-9);
    }
}
