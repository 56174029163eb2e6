//! The objective of a training over ranks.

use super::objective::{MiniBatch, Objective};
use super::shuffle::mix;
use crate::adjoint::check_argument;
use crate::distributed::{Communicator, Fingerprint, Place, meet, share, sum_of_equal_lengths};
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// An objective whose batches are shared between ranks: data-parallel training.
///
/// Every rank has the same model, data and settings, and evaluates a contiguous share of each batch. The losses and
/// gradients are weighted means over the shares, summed in the order of the ranks by
/// [`distributed::sum`](crate::distributed::sum). So every rank gets the same bits, and the models stay equal. A rank with
/// other parameters, or with other indices of samples, is an error. The numbers in the data are not compared.
///
/// ```
/// use rheos::distributed::on_threads;
/// use rheos::nn::{Gru, Linear, Net, Recurrence, Sequence};
/// use rheos::train::{Adam, CrossEntropy, DataParallel, SequenceData, Trainer, uniform};
///
/// let sequence = |i: usize| (0..5 + i % 4).map(|t| [if i % 2 == 0 { t as f64 } else { -(t as f64) }]).collect();
/// let data = SequenceData::new((0..64).map(sequence).collect(), (0..64).map(|i| i % 2).collect())?;
/// let models = on_threads(2, |ranks| {
///     let mut numbers = uniform(1);
///     let (cell, readout) = (Gru::<f64, 1, 4>::uniform(&mut numbers), Linear::<f64, 4, 2>::uniform(&mut numbers));
///     let mut model = Sequence { block: Recurrence(Net::dynamic(cell)), readout: Net::dynamic(readout) };
///     let loss = data.objective(CrossEntropy::new(2));
///     let training = Trainer::new(&mut model, &DataParallel::new(&loss, ranks), Adam::new(0.02)).epochs(5).fit();
///     training.map(|_| model)
/// });
/// assert!(models[0].as_ref().is_ok_and(|first| Ok(first) == models[1].as_ref()));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Compared with one rank
///
/// The result differs from a training on one rank by the order of sums only, a difference of rounding, if the loss of a batch is a
/// weighted mean over its samples. It is not such a mean if the samples of a batch influence each other: an adaptive solve of
/// a whole batch chooses its steps by the batch, so the difference is then of the size of its tolerance. Random numbers from
/// [`MiniBatch::seed`] differ too: each rank has its own seed.
///
/// The same number of ranks always gives the same bits, if their processors are of one kind: the vector instructions of a
/// processor influence the rounding. So a training that goes on from a checkpoint has the same bits if it has as many ranks.
///
/// # Errors
///
/// If the objective fails on a rank, or its loss or gradient is not finite there, all ranks return
/// [`Error::OnRank`](crate::error::Error::OnRank). If the weights of the shares have no positive, finite sum, they return
/// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument). The errors of the communicator are returned too. A group
/// of one rank behaves as the objective itself.
#[derive(Debug, Clone, Copy)]
pub struct DataParallel<'a, T, C> {
    objective: &'a T,
    ranks: &'a C,
}

impl<'a, T, C: Communicator> DataParallel<'a, T, C> {
    /// `objective` over `ranks`.
    pub const fn new(objective: &'a T, ranks: &'a C) -> Self {
        Self { objective, ranks }
    }

    /// The share of this rank. A batch without weight has no mean to share, so every rank evaluates it as one alone would.
    fn share<'b>(&self, batch: MiniBatch<'b>, weight: impl Fn(MiniBatch<'b>) -> f64) -> (MiniBatch<'b>, f64) {
        if weight(batch) == 0.0 {
            return (batch, 1.0);
        }
        let seed = match self.ranks.rank() {
            0 => batch.seed,
            rank => mix(&[batch.seed, rank as u64]),
        };
        let own = MiniBatch { samples: &batch.samples[share(self.ranks, batch.samples.len())], seed };
        (own, weight(own))
    }

    /// The weights and the losses of all shares, in the order of the ranks. `params` are the coordinates of the parameters.
    fn losses(&self, place: Place, params: &[f64], batch: MiniBatch<'_>, own: Result<Share>) -> Result<Vec<Share>> {
        let own = own.map(|Share { weight, loss }| [weight.to_bits(), loss.to_bits()]);
        let hash = Fingerprint::of(place).numbers(params).word(batch.seed);
        let hash = batch.samples.iter().fold(hash, |hash, &sample| hash.word(sample as u64));
        let all = meet(self.ranks, hash, own)?;
        Ok(all
            .into_iter()
            .map(|words| words.map(f64::from_bits))
            .map(|[weight, loss]| Share { weight, loss })
            .collect())
    }
}

/// The part of a rank in the loss of a batch.
#[derive(Clone, Copy)]
struct Share {
    weight: f64,
    loss: f64,
}

impl Share {
    /// The loss of a share with this weight.
    const fn new(weight: f64, loss: f64) -> Result<Self> {
        if loss.is_finite() { Ok(Self { weight, loss }) } else { Err(Error::NonFiniteLoss { value: loss }) }
    }
}

/// The weighted mean of the losses, and the sum of the weights.
fn mean(shares: &[Share]) -> Result<(f64, f64)> {
    let total: f64 = shares.iter().map(|share| share.weight).sum();
    if !(total > 0.0 && total.is_finite()) {
        let expected = "positive and finite in sum over the shares of a batch";
        return Err(Error::InvalidArgument { name: "weight", value: total, expected });
    }
    Ok((shares.iter().map(|share| share.weight / total * share.loss).sum(), total))
}

impl<M: Parametric, T: Objective<M>, C: Communicator> Objective<M> for DataParallel<'_, T, C> {
    fn samples(&self) -> usize {
        self.objective.samples()
    }

    fn weight(&self, batch: MiniBatch<'_>) -> f64 {
        self.objective.weight(batch)
    }

    fn communicator(&self) -> &dyn Communicator {
        self.ranks
    }

    fn gradient(&self, model: &M, batch: MiniBatch<'_>) -> Result<(f64, M::Params)> {
        if self.ranks.size() == 1 {
            return self.objective.gradient(model, batch);
        }
        let (samples, weight) = self.share(batch, |batch| self.objective.weight(batch));
        let params = model.params();
        let coordinates = params.coordinates();
        // The share is empty, or nothing in it counts.
        let evaluated = match weight {
            0.0 => Ok((0.0, params.zeros_like())),
            _ => self.objective.gradient(model, samples),
        };
        let own = evaluated.and_then(|found| checked(weight, found, coordinates.len()));
        let share = own.as_ref().map(|(share, ..)| *share).map_err(Clone::clone);
        let (loss, total) = mean(&self.losses(Place::Gradient, &coordinates, batch, share)?)?;
        let (_, mut gradient, mut numbers) = own?;
        numbers.iter_mut().for_each(|x| *x *= weight / total);
        sum_of_equal_lengths(self.ranks, &mut numbers)?;
        match gradient.read_coordinates(&numbers) {
            Some([]) => Ok((loss, gradient)),
            _ => Err(Error::LengthMismatch {
                name: "gradient",
                found: gradient.coordinates().len(),
                expected: numbers.len(),
            }),
        }
    }

    fn loss(&self, model: &M, batch: MiniBatch<'_>) -> Result<f64> {
        if self.ranks.size() == 1 {
            return self.objective.loss(model, batch);
        }
        let (samples, weight) = self.share(batch, |batch| self.objective.weight(batch));
        let loss = if weight == 0.0 { Ok(0.0) } else { self.objective.loss(model, samples) };
        let own = loss.and_then(|loss| Share::new(weight, loss));
        Ok(mean(&self.losses(Place::Loss, &model.params().coordinates(), batch, own)?)?.0)
    }
}

/// The share of a rank, its gradient and the coordinates, if they are finite and `expected` in number.
fn checked<P: State>(weight: f64, (loss, gradient): (f64, P), expected: usize) -> Result<(Share, P, Vec<f64>)> {
    let share = Share::new(weight, loss)?;
    check_argument("gradient", &gradient)?;
    let numbers = gradient.coordinates();
    match numbers.len() {
        found if found != expected => Err(Error::LengthMismatch { name: "gradient", found, expected }),
        _ => Ok((share, gradient, numbers)),
    }
}
