// The reference solutions by Fehlberg's method of order 8: of the classical problems in quadruple precision at the
// tolerance 1e-24, and, with the argument `stiff`, of the stiff Brusselators in extended precision at the tolerance 1e-16.
//
//   g++ -std=gnu++17 -O3 -o reference reference.cpp -lquadmath
//   ./reference > ../reference.json && ./reference stiff > ../reference_stiff.json
#include <boost/multiprecision/float128.hpp>
#include <boost/numeric/odeint.hpp>
#include <cstdio>

#include "problems.hpp"
#include "stiff.hpp"

using namespace boost::numeric::odeint;
using Quad = boost::multiprecision::float128;

// A number of Boost names itself as its value type, which odeint would follow for ever.
template <> struct boost::numeric::odeint::detail::extract_value_type<Quad, void> {
    using type = Quad;
};

template <class T> struct Reference {
    T tolerance;
    const char *separator = "";

    template <class P> void visit() {
        using State = std::array<T, P::N>;
        using Stepper = runge_kutta_fehlberg78<State, T, State, T, array_algebra>;
        State y = P::start();
        auto f = [](const State &y, State &dy, T) { P::rhs(y.data(), dy.data()); };
        integrate_adaptive(make_controlled(tolerance, tolerance, Stepper()), f, y, T(0), P::end(), T(1e-4));
        std::printf("%s\n  \"%s\": [", separator, P::name);
        for (int i = 0; i < P::N; ++i) std::printf("%s%.17g", i ? ", " : "", double(y[i]));
        std::printf("]");
        std::fflush(stdout);
        separator = ",";
    }
};

static void begin(const char *how) {
    std::printf("{\n  \"made by\": \"cpp/reference.cpp: Fehlberg 7(8) of Boost.odeint, %s\",", how);
}

int main(int count, char **) {
    if (count > 1) {
        begin("extended precision, tolerance 1e-16");
        Reference<long double> reference{1e-16L};
        reference.visit<BrusselatorLine<long double, 50>>();
        reference.visit<BrusselatorLine<long double, 500>>();
    } else {
        begin("quadruple precision, tolerance 1e-24");
        each<Quad>(Reference<Quad>{Quad("1e-24")});
    }
    std::printf("\n}\n");
}
