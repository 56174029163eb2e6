// The implicit methods of the GNU Scientific Library on the stiff problems, with exact Jacobians, which are dense.
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_version.h>
#include <memory>

#include "limits.hpp"
#include "stiff.hpp"

static Watch watch;

template <class P> static int field(double, const double *y, double *dy, void *) {
    P::rhs(y, dy);
    return watch.evaluated(P::N) == 0 ? GSL_SUCCESS : GSL_EBADFUNC; // which ends the solve
}

// All problems are autonomous.
template <class P> static int jacobian(double, const double *y, double *matrix, double *in_time, void *) {
    if (watch.is_over()) return GSL_EBADFUNC;
    std::fill_n(matrix, P::N * P::N, 0.0);
    std::fill_n(in_time, P::N, 0.0);
    P::entries(y, [&](int i, int j, double x) { matrix[i * P::N + j] = x; });
    return GSL_SUCCESS;
}

struct Gsl {
    template <class P> void visit() {
        curve<P>("msbdf", gsl_odeiv2_step_msbdf);
        curve<P>("bsimp", gsl_odeiv2_step_bsimp);
    }

    template <class P> void curve(const char *name, const gsl_odeiv2_step_type *method) {
        gsl_odeiv2_system system = {field<P>, jacobian<P>, P::N, nullptr};
        stiff_curve<P>("GSL", GSL_VERSION, name, watch, [&](double tol) {
            std::unique_ptr<gsl_odeiv2_driver, void (*)(gsl_odeiv2_driver *)> driver(
                gsl_odeiv2_driver_alloc_y_new(&system, method, 1e-6, tol * P::scale, tol), gsl_odeiv2_driver_free);
            auto y = P::start();
            double t = 0;
            const int status = gsl_odeiv2_driver_apply(driver.get(), &t, P::end(), y.data());
            if (watch.is_over()) throw std::runtime_error("stopped after 5 s");
            if (status != GSL_SUCCESS) throw std::runtime_error(gsl_strerror(status));
            return y;
        });
    }
};

int main() {
    gsl_set_error_handler_off();
    each_stiff<double>(Gsl());
}
