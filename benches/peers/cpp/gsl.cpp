// The GNU Scientific Library on the classical problems, with its drivers.
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_version.h>
#include <memory>
#include <utility>

#include "clock.hpp"
#include "problems.hpp"

static long evaluations = 0;

static long count() { return std::exchange(evaluations, 0); }

template <class P> static int field(double, const double *y, double *dy, void *) {
    ++evaluations; // one addition beside the whole field
    P::rhs(y, dy);
    return GSL_SUCCESS;
}

struct Gsl {
    template <class P> void visit() {
        curve<P>("rkf45", gsl_odeiv2_step_rkf45);
        curve<P>("rk8pd", gsl_odeiv2_step_rk8pd);
        curve<P>("msadams", gsl_odeiv2_step_msadams);
    }

    template <class P> void curve(const char *name, const gsl_odeiv2_step_type *method) {
        for (double tol : tolerances()) {
            gsl_odeiv2_system system = {field<P>, nullptr, P::N, nullptr};
            auto run = [&] {
                std::unique_ptr<gsl_odeiv2_driver, void (*)(gsl_odeiv2_driver *)> driver(
                    gsl_odeiv2_driver_alloc_y_new(&system, method, 1e-3, tol, tol), gsl_odeiv2_driver_free);
                auto y = P::start();
                double t = 0;
                const int status = gsl_odeiv2_driver_apply(driver.get(), &t, P::end(), y.data());
                if (status != GSL_SUCCESS) throw std::runtime_error(gsl_strerror(status));
                return y;
            };
            print("GSL", GSL_VERSION, P::name, name, tol, run, count);
        }
    }
};

int main() {
    gsl_set_error_handler_off();
    each<double>(Gsl());
}
