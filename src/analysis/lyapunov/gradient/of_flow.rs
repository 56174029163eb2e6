//! Gradients of the exponents of flows.

use nalgebra::DMatrix;

use super::LyapunovGradient;
use super::of_map::check_cotangents;
use super::sweep::{Reversible, Start, StateBars, sweep};
use crate::adjoint::{Adjoint, check_gradient};
use crate::analysis::lyapunov::average::Average;
use crate::analysis::lyapunov::flow::FlowCarrier;
use crate::analysis::lyapunov::frame::Frame;
use crate::analysis::lyapunov::plan::Interval;
use crate::analysis::lyapunov::{Lyapunov, LyapunovFailure};
use crate::analysis::variational::{TangentVectors, Variational};
use crate::control::Controller;
use crate::dynamics::{Jacobian, Parametric, SecondOrderVjp};
use crate::error::Result;
use crate::solution::Ivp;
use crate::solver::Solver;
use crate::state::State;

impl Lyapunov {
    /// The gradient of `c₁ λ₁ + … + cₖ λₖ`, a sum of the first exponents of a flow; see [`gradient`](Self::gradient).
    ///
    /// The adjoint pulls back through the solves of the [variational equation](Variational) between the factorisations, so
    /// with [`DiscreteAdjoint`](crate::DiscreteAdjoint) it is the derivative of the computed steps. Each interval is solved
    /// twice.
    ///
    /// ```
    /// use rheos::analysis::Lyapunov;
    /// use rheos::dynamics::problems::Lorenz;
    /// use rheos::{DiscreteAdjoint, Fixed, Rk4};
    ///
    /// let (field, y0) = Lorenz::problem();
    /// let settings = Lyapunov::over(1.0).renormalise_every(0.1);
    /// let method = (Rk4, Fixed::step(0.01));
    /// let found = settings.gradient_of_flow(&field, &y0, &[1.0, 1.0, 1.0], method, DiscreteAdjoint::new())?;
    /// // The sum is the divergence −(σ + 1 + β), whatever the trajectory; RK4 has an error of 1e-4 in it.
    /// for (derivative, exact) in found.params.iter().zip([-1.0, 0.0, -1.0]) {
    ///     assert!((derivative - exact).abs() < 1e-3);
    /// }
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`spectrum_of_flow`](Self::spectrum_of_flow) and [`gradient`](Self::gradient), and of the adjoint.
    pub fn gradient_of_flow<F, S, C, A>(
        &self,
        field: &F,
        y0: &F::State,
        cotangents: &[f64],
        (solver, control): (S, C),
        adjoint: A,
    ) -> std::result::Result<LyapunovGradient<F::State, F::Params>, Box<LyapunovFailure>>
    where
        F: Jacobian + SecondOrderVjp + Clone,
        S: Solver<Variational<F>> + Clone,
        C: Controller<Variational<F>, S> + Clone,
        A: Adjoint<Variational<F>, S, C>,
    {
        let at_start = |error| LyapunovFailure::at_start(error, y0);
        check_cotangents(cotangents).map_err(at_start)?;
        let k = cotangents.len();
        let (carrier, intervals) = self.along_flow(field.clone(), (solver, control), y0, k).map_err(at_start)?;
        let n = y0.coordinates().len();
        let mut reversible = FlowGradient { carrier, adjoint, y0, gradient: field.params().zeros_like() };
        let average = Average { settings: self, intervals, with_volume: true };
        let swept = sweep(&average, &mut reversible, Frame::generic(n, k), cotangents)?;
        check_gradient("params", &reversible.gradient).map_err(at_start)?;
        Ok(LyapunovGradient { spectrum: swept.spectrum, x0: swept.x0, params: reversible.gradient })
    }
}

/// A trajectory of a flow with the gradient of its parameters.
struct FlowGradient<'a, F: Jacobian + Parametric, S: Solver<Variational<F>>, C, A> {
    carrier: FlowCarrier<F, S, C>,
    adjoint: A,
    y0: &'a F::State,
    gradient: F::Params,
}

impl<F, S, C, A> Reversible for FlowGradient<'_, F, S, C, A>
where
    F: Jacobian + SecondOrderVjp,
    S: Solver<Variational<F>> + Clone,
    C: Controller<Variational<F>, S> + Clone,
    A: Adjoint<Variational<F>, S, C>,
{
    type State = F::State;
    type Carrier = FlowCarrier<F, S, C>;

    fn point(&self) -> F::State {
        self.carrier.point().unwrap_or_else(|| self.y0.clone())
    }

    fn carrier(&mut self) -> &mut Self::Carrier {
        &mut self.carrier
    }

    fn pull_back(&mut self, interval: Interval, start: &Start<F::State>, bars: &mut StateBars<F::State>) -> Result<()> {
        let FlowCarrier { field, solver, control, .. } = &self.carrier;
        let vectors_of = |matrix: &DMatrix<f64>| {
            let column = |column: nalgebra::DVectorView<'_, f64>| {
                let mut vector = start.state.zeros_like();
                let _ = vector.read_coordinates(column.as_slice());
                vector
            };
            TangentVectors::new(matrix.column_iter().map(column).collect())
        };
        let state = (start.state.clone(), vectors_of(&start.frame));
        let cotangent = (bars.state.clone(), vectors_of(&bars.vectors));
        let run = Ivp::new(field, state, interval.start..interval.end).forward(
            solver.clone(),
            control.clone(),
            &self.adjoint,
        )?;
        let found = run.backward(&[cotangent])?;
        self.gradient.add_scaled(1.0, &found.params);
        let (state, vectors) = found.y0;
        bars.state = state;
        let columns: Vec<f64> = vectors.vectors.iter().flat_map(State::coordinates).collect();
        bars.vectors.copy_from_slice(&columns);
        Ok(())
    }
}
