//! Shallow piecewise-linear recurrent networks.

use nalgebra::DMatrix;

use super::initial::uniform;
use crate::formula;
use crate::formula::{Bias, Rows, Slices, Weight};
use crate::state::Element;

formula! {
    /// The shallow piecewise-linear recurrent network (shallow PLRNN), with `M` latent states and `L` hidden units:
    ///
    /// `z₁ = A z + W₁ relu(W₂ z + h₂) + h₁`, with a diagonal matrix `A`.
    ///
    /// A map without input, linear between the `L` hyperplanes `W₂ z + h₂ = 0`; it learns a dynamical system from its
    /// trajectories by [`TeacherForcing`](crate::train::TeacherForcing). As a cell it is
    /// `Recurrence(Autonomous(net))`, as a neural ODE [`net.field()`](crate::nn::Net::field), the field
    /// `dz/dt = A z + W₁ relu(W₂ z + h₂) + h₁`.
    ///
    /// F. Hess, Z. Monfared, M. Brenner & D. Durstewitz, *Generalized teacher forcing for learning chaotic dynamics* (2023),
    /// arXiv:2306.04406.
    ///
    /// ```
    /// use nalgebra::{matrix, vector};
    /// use rheos::analysis::{Lyapunov, Map};
    /// use rheos::formula::{Static, Structure};
    /// use rheos::nn::{Net, ShallowPlrnn};
    ///
    /// // The tent map z₁ = 2 z − 4 relu(z − ½), whose exponent is ln 2.
    /// let mut cell = ShallowPlrnn::<f64, 1, 1>::zeros();
    /// (cell.a.0, cell.w1.0, cell.w2.0, cell.h2.0) = (vector![2.0], matrix![-4.0], matrix![1.0], vector![-0.5]);
    /// let tent = Map::new(Net::<_, Static<1>>::new(cell).field());
    /// let spectrum = Lyapunov::over(40).spectrum(&tent, &vector![0.3], 1)?;
    /// assert!((spectrum.exponents[0] - 2.0_f64.ln()).abs() < 1e-14);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub struct ShallowPlrnn<T, const M: usize, const L: usize> {
        /// The diagonal of `A`, `M` numbers.
        pub a: Bias<T, M>,
        /// The weights `W₁`, `M × L`.
        pub w1: Weight<T, M, L>,
        /// The weights `W₂`, `L × M`.
        pub w2: Weight<T, L, M>,
        /// The bias `h₁` of the latent states.
        pub h1: Bias<T, M>,
        /// The thresholds `h₂` of the hidden units.
        pub h2: Bias<T, L>,
    }
    fn apply(&self, z: Rows<M>) -> Rows<M> {
        &self.w1 * (&self.w2 * z + &self.h2).relu() + &self.h1 + z * &self.a
    }
}

formula! {
    /// The clipped shallow PLRNN: `z₁ = A z + W₁ (relu(W₂ z + h₂) − relu(W₂ z)) + h₁`, with a diagonal matrix `A`.
    ///
    /// The difference of the two functions lies between 0 and `h₂`. So the states stay bounded if all entries of `A` are
    /// in `(−1, 1)`: `|zᵢ| ≤ (|h₁ᵢ| + Σ_k |W₁ᵢₖ h₂ₖ|) / (1 − |aᵢ|)` after a transient.
    ///
    /// F. Hess, Z. Monfared, M. Brenner & D. Durstewitz, *Generalized teacher forcing for learning chaotic dynamics* (2023),
    /// arXiv:2306.04406.
    pub struct ClippedPlrnn<T, const M: usize, const L: usize> {
        /// The diagonal of `A`, `M` numbers.
        pub a: Bias<T, M>,
        /// The weights `W₁`, `M × L`.
        pub w1: Weight<T, M, L>,
        /// The weights `W₂`, `L × M`.
        pub w2: Weight<T, L, M>,
        /// The bias `h₁` of the latent states.
        pub h1: Bias<T, M>,
        /// The widths `h₂` of the hidden units.
        pub h2: Bias<T, L>,
    }
    fn apply(&self, z: Rows<M>) -> Rows<M> {
        let x = &self.w2 * z;
        &self.w1 * ((x + &self.h2).relu() - x.relu()) + &self.h1 + z * &self.a
    }
}

macro_rules! initial_weights {
    ($cell:ident) => {
        impl<T: Slices, const M: usize, const L: usize> $cell<T, M, L> {
            /// Initial weights, given a source of uniform numbers in `[0, 1)`.
            ///
            /// `A` is the diagonal of `E = I + R Rᵀ / M` over the largest eigenvalue of `E`, with standard normal entries of
            /// `R`: S. Talathi & A. Vartak, *Improving performance of recurrent neural network with relu nonlinearity* (2015),
            /// arXiv:1511.03771. `W₂` and `h₂` are uniform in `±1/√M`, `W₁` in `±1/√L`, as in `torch.nn.Linear`, and `h₁` is 0.
            pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
                let a = talathi_vartak(M, rng);
                let (w2, h2): (Weight<T, L, M>, Bias<T, L>) = (uniform(M, rng), uniform(M, rng));
                let mut a = a.into_iter();
                Self {
                    a: Bias(T::draw_bias::<M>(&mut || T::Element::embed(a.next().unwrap_or(1.0)))),
                    w1: uniform(L, rng),
                    w2,
                    h1: Bias(T::draw_bias::<M>(&mut || T::Element::embed(0.0))),
                    h2,
                }
            }
        }
    };
}

initial_weights!(ShallowPlrnn);
initial_weights!(ClippedPlrnn);

impl<T: Slices, const M: usize, const L: usize> ShallowPlrnn<T, M, L> {
    /// Sets the thresholds so that the hyperplane `W₂ z + h₂ = 0` of unit `k` goes through `states[k]`, or through
    /// `states[k mod n]` of `n` states; without states the cell stays as it is.
    ///
    /// The cell is then nonlinear where the states are, from the first step of a training.
    ///
    /// ```
    /// use rheos::nn::ShallowPlrnn;
    /// use rheos::train::uniform;
    ///
    /// let cell = ShallowPlrnn::<f64, 2, 3>::uniform(&mut uniform(1)).thresholds_at(&[[1.0, 2.0], [3.0, -1.0]]);
    /// for (k, x) in [[1.0, 2.0], [3.0, -1.0], [1.0, 2.0]].iter().enumerate() {
    ///     assert!((cell.w2[(k, 0)] * x[0] + cell.w2[(k, 1)] * x[1] + cell.h2[k]).abs() < 1e-15);
    /// }
    /// ```
    #[must_use]
    pub fn thresholds_at(mut self, states: &[[f64; M]]) -> Self {
        let weights = T::weight::<L, M>(&self.w2.0);
        let at = |k: usize, state: &[f64; M]| (0..M).map(|i| weights[i * L + k].re() * state[i]).sum::<f64>();
        let thresholds = T::bias_mut::<L>(&mut self.h2.0);
        for ((k, threshold), state) in thresholds.iter_mut().enumerate().zip(states.iter().cycle()) {
            *threshold = T::Element::embed(-at(k, state));
        }
        self
    }
}

/// The diagonal of `I + R Rᵀ / n` over its largest eigenvalue.
fn talathi_vartak(n: usize, rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Vec<f64> {
    if n == 0 {
        return Vec::new();
    }
    // Box & Muller 1958; `1 − u` is never 0.
    let mut normal = || (-2.0 * (1.0 - rng()).ln()).sqrt() * (std::f64::consts::TAU * rng()).cos();
    let r = DMatrix::from_fn(n, n, |_, _| normal());
    let e = DMatrix::identity(n, n) + &r * r.transpose() / n as f64;
    let largest = e.symmetric_eigenvalues().max();
    e.diagonal().iter().map(|x| x / largest).collect()
}
