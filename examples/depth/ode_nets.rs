//! Networks with one field for all depths: RK-Net and ODE-Net of Chen et al. 2018, section 3.

use rheos::formula::{Bias, Heap, Rows, Slices, Structure};
use rheos::nn::{Linear, Net, OdeBlock, ResidualStack, TimeField};
use rheos::{DiscreteAdjoint, Dopri5, Euler, Fixed, Pid, Rk4, formula};

use crate::networks::{Field, Network, Rng, UNITS, network};

formula! {
    /// `f(z, t) = W₂ tanh(W₁ z + a t + b₁) + b₂` of `N` numbers, through as many hidden units.
    pub struct TimeMlp<T, const N: usize> {
        /// `W₁` and `b₁`.
        pub first: Linear<T, N, N>,
        /// The influence `a` of the time.
        pub time: Bias<T, N>,
        /// `W₂` and `b₂`.
        pub second: Linear<T, N, N>,
    }
    fn apply(&self, z: Rows<N>, t: Rows<1>) -> Rows<N> {
        self.second.apply((self.first.apply(z) + &self.time * t.spread::<N>()).tanh())
    }
}

impl<T: Slices, const N: usize> TimeMlp<T, N> {
    /// Draws all entries uniformly from `[−1/√N, 1/√N]`, as [`Linear::uniform`] does.
    fn uniform(rng: &mut Rng) -> Self {
        let bound = 1.0 / (N as f64).sqrt();
        Self::draw(&mut || (2.0 * rng() - 1.0) * bound)
    }
}

/// The vector field of an ODE network.
pub type TimedField = TimeField<Net<TimeMlp<Heap<f32>, UNITS>>>;
/// A residual network with the same weights in every block.
pub type Shared = OdeBlock<Field, Euler, Fixed, DiscreteAdjoint>;
/// A network of steps of the method of Runge and Kutta.
pub type RkNet = OdeBlock<TimedField, Rk4, Fixed, DiscreteAdjoint>;
/// A flow to a tolerance.
pub type OdeNet<A> = OdeBlock<TimedField, Dopri5, Pid, A>;
/// A residual network whose blocks have weights of their own.
pub type Stack = ResidualStack<Field>;

/// A field with drawn weights.
pub fn timed_field(rng: &mut Rng) -> TimedField {
    Net::dynamic(TimeMlp::uniform(rng)).timed()
}

/// A network with a flow to the tolerance, with drawn weights.
pub fn ode_net<const N: usize, A>(seed: u64, tolerance: f64, adjoint: A) -> Network<N, OdeNet<A>> {
    let block = |rng: &mut Rng| OdeBlock {
        field: timed_field(rng),
        solver: Dopri5,
        control: Pid::tolerance(tolerance),
        adjoint,
    };
    network(seed, block)
}

/// A network of this many steps of RK4, with drawn weights.
pub fn rk_net<const N: usize>(seed: u64, steps: usize) -> Network<N, RkNet> {
    network(seed, |rng| OdeBlock::new(timed_field(rng), Rk4, Fixed::steps(steps), DiscreteAdjoint::new()))
}

/// A residual network of this many blocks with the same drawn weights.
pub fn shared<const N: usize>(seed: u64, blocks: usize) -> Network<N, Shared> {
    network(seed, |rng| OdeBlock::new(crate::networks::field(rng), Euler, Fixed::steps(blocks), DiscreteAdjoint::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::DEPTH;
    use rheos::Dynamics;
    use rheos::nn::BatchMatrix;

    #[test]
    fn the_field_is_its_formula() {
        let mut draws = [0.3, -0.7, 0.5, 0.2, -0.4].into_iter();
        // Of one number: W₁ = 0.3, b₁ = −0.7, a = 0.5, W₂ = 0.2, b₂ = −0.4.
        let field = Net::dynamic(TimeMlp::<f64, 1>::draw(&mut || draws.next().unwrap())).timed();
        let (z, mut slope) = (BatchMatrix::<f64, 1>::repeat(3, 2.0), BatchMatrix::<f64, 1>::zeros(3));
        field.eval(1.5, &z, &mut slope);
        let expected = 0.2 * (0.3_f64 * 2.0 + 0.5 * 1.5 - 0.7).tanh() - 0.4;
        // Rounding errors of numbers below 1.
        assert!(slope.iter().all(|x| (x - expected).abs() < 1e-15), "{slope}");
    }

    #[test]
    fn the_time_of_all_networks_is_the_depth() {
        assert_eq!(rk_net::<64>(0, 6).depth, DEPTH);
        assert_eq!(ode_net::<64, _>(0, 1e-3, DiscreteAdjoint::new()).depth, DEPTH);
        assert_eq!(shared::<64>(0, 13).depth, DEPTH);
    }
}
