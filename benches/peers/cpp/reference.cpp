// The reference solutions: Fehlberg's method of order 8 in quadruple precision at the tolerance 1e-24.
#include <boost/multiprecision/float128.hpp>
#include <boost/numeric/odeint.hpp>
#include <cstdio>

#include "problems.hpp"

using namespace boost::numeric::odeint;
using Quad = boost::multiprecision::float128;

// A number of Boost names itself as its value type, which odeint would follow for ever.
template <> struct boost::numeric::odeint::detail::extract_value_type<Quad, void> {
    using type = Quad;
};

struct Reference {
    const char *separator = "";

    template <class P> void visit() {
        using State = std::array<Quad, P::N>;
        using Stepper = runge_kutta_fehlberg78<State, Quad, State, Quad, array_algebra>;
        const Quad tol("1e-24");
        State y = P::start();
        auto f = [](const State &y, State &dy, Quad) { P::rhs(y.data(), dy.data()); };
        integrate_adaptive(make_controlled(tol, tol, Stepper()), f, y, Quad(0), P::end(), Quad(1e-4));
        std::printf("%s\n  \"%s\": [", separator, P::name);
        for (int i = 0; i < P::N; ++i) std::printf("%s%.17g", i ? ", " : "", double(y[i]));
        std::printf("]");
        std::fflush(stdout);
        separator = ",";
    }
};

int main() {
    std::printf("{\n  \"made by\": \"cpp/reference.cpp: Fehlberg 7(8) of Boost.odeint, quadruple precision, tolerance 1e-24\",");
    each<Quad>(Reference());
    std::printf("\n}\n");
}
