// Boost.odeint on the classical problems: static arrays, the algebra made for them, the controlled steppers.
#include <boost/numeric/odeint.hpp>
#include <boost/version.hpp>
#include <utility>

#include "clock.hpp"
#include "problems.hpp"

using namespace boost::numeric::odeint;

static long evaluations = 0;

static long count() { return std::exchange(evaluations, 0); }

template <class Stepper> static auto controlled(double tol) { return make_controlled(tol, tol, Stepper()); }

static const std::string VERSION =
    std::to_string(BOOST_VERSION / 100000) + "." + std::to_string(BOOST_VERSION / 100 % 1000);

struct Odeint {
    template <class P> void visit() {
        using State = std::array<double, P::N>;
        curve<P, runge_kutta_dopri5<State, double, State, double, array_algebra>>("dopri5");
        curve<P, runge_kutta_fehlberg78<State, double, State, double, array_algebra>>("fehlberg78");
    }

    template <class P, class Stepper> void curve(const char *method) {
        using State = std::array<double, P::N>;
        for (double tol : tolerances()) {
            auto f = [](const State &y, State &dy, double) {
                ++evaluations; // one addition beside the whole field
                P::rhs(y.data(), dy.data());
            };
            auto run = [&] {
                State y = P::start();
                // odeint has no automatic first step; the controller corrects this one.
                integrate_adaptive(controlled<Stepper>(tol), f, y, 0.0, P::end(), 1e-3);
                return y;
            };
            print("Boost.odeint", VERSION.c_str(), P::name, method, tol, run, count);
        }
    }
};

int main() { each<double>(Odeint()); }
