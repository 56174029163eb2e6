// The differential-algebraic systems M y' = f(t, y); `rust/src/stiff/dae.rs` says the same.
#pragma once
#include <array>
#include <cmath>

// From 0 to end, from `start` with the slopes `slopes`. `entries(y, set)` calls set(i, j, x) for all entries of ∂f/∂y that
// can differ from zero, `mass(set)` for those of M. The absolute tolerance is the relative one times `scale`.

// The chemical Akzo Nobel problem: five reactions and an equilibrium.
struct ChemicalAkzoNobel {
    static constexpr int N = 6;
    static constexpr const char *name = "chemakzo";
    static constexpr double scale = 1e-3, end = 180, equilibrium = 115.83;
    static std::array<double, N> start() { return {0.444, 0.00123, 0, 0.007, 0, equilibrium * 0.444 * 0.007}; }
    static std::array<double, N> slopes() {
        const auto y = start();
        std::array<double, N> dy;
        rhs(0, y.data(), dy.data());
        dy[5] = equilibrium * (dy[0] * y[3] + y[0] * dy[3]);
        return dy;
    }
    static void rhs(double, const double *y, double *dy) {
        const double root = std::sqrt(y[1]), square = y[0] * y[0];
        const double r1 = 18.7 * square * square * root, r2 = 0.58 * y[2] * y[3], r3 = 0.58 / 34.4 * y[0] * y[4];
        const double r4 = 0.09 * y[0] * y[3] * y[3], r5 = 0.42 * y[5] * y[5] * root;
        dy[0] = -2 * r1 + r2 - r3 - r4;
        dy[1] = -0.5 * r1 - r4 - 0.5 * r5 + 3.3 * (0.9 / 737 - y[1]);
        dy[2] = r1 - r2 + r3;
        dy[3] = -r2 + r3 - 2 * r4;
        dy[4] = r2 - r3 + r5;
        dy[5] = equilibrium * y[0] * y[3] - y[5];
    }
    template <class S> static void entries(const double *y, S set) {
        const double root = std::sqrt(y[1]), square = y[0] * y[0];
        const double r10 = 74.8 * square * y[0] * root, r11 = 9.35 * square * square / root;
        const double r22 = 0.58 * y[3], r23 = 0.58 * y[2], r30 = 0.58 / 34.4 * y[4], r34 = 0.58 / 34.4 * y[0];
        const double r40 = 0.09 * y[3] * y[3], r43 = 0.18 * y[0] * y[3];
        const double r51 = 0.21 * y[5] * y[5] / root, r55 = 0.84 * y[5] * root;
        set(0, 0, -2 * r10 - r30 - r40), set(0, 1, -2 * r11), set(0, 2, r22), set(0, 3, r23 - r43), set(0, 4, -r34);
        set(1, 0, -0.5 * r10 - r40), set(1, 1, -0.5 * r11 - 0.5 * r51 - 3.3), set(1, 3, -r43), set(1, 5, -0.5 * r55);
        set(2, 0, r10 + r30), set(2, 1, r11), set(2, 2, -r22), set(2, 3, -r23), set(2, 4, r34);
        set(3, 0, r30 - 2 * r40), set(3, 2, -r22), set(3, 3, -r23 - 2 * r43), set(3, 4, r34);
        set(4, 0, -r30), set(4, 1, r51), set(4, 2, r22), set(4, 3, r23), set(4, 4, -r34), set(4, 5, r55);
        set(5, 0, equilibrium * y[3]), set(5, 3, equilibrium * y[0]), set(5, 5, -1);
    }
    template <class S> static void mass(S set) {
        for (int i = 0; i < 5; ++i) set(i, i, 1);
    }
};

// The transistor amplifier. The slopes are published with the problem.
struct TransistorAmplifier {
    static constexpr int N = 8;
    static constexpr const char *name = "transamp";
    static constexpr double scale = 1, end = 0.2, first = 1000, other = 9000, operating = 6;
    static std::array<double, N> start() { return {0, 3, 3, 6, 3, 3, 6, 0}; }
    static std::array<double, N> slopes() {
        return {51.338775, 51.338775, -500.0 / 3, -24.9757667, -24.9757667, -250.0 / 3, -10.00564453, -10.00564453};
    }
    static double current(double voltage) { return 1e-6 * (std::exp(voltage / 0.026) - 1); }
    static void rhs(double t, const double *y, double *dy) {
        const double input = 0.1 * std::sin(200 * M_PI * t);
        const double one = current(y[1] - y[2]), two = current(y[4] - y[5]);
        dy[0] = (y[0] - input) / first;
        dy[1] = (2 * y[1] - operating) / other + 0.01 * one;
        dy[2] = y[2] / other - one;
        dy[3] = (y[3] - operating) / other + 0.99 * one;
        dy[4] = (2 * y[4] - operating) / other + 0.01 * two;
        dy[5] = y[5] / other - two;
        dy[6] = (y[6] - operating) / other + 0.99 * two;
        dy[7] = y[7] / other;
    }
    template <class S> static void entries(const double *y, S set) {
        set(0, 0, 1 / first);
        for (int k : {1, 4}) {
            const double g = 1e-6 / 0.026 * std::exp((y[k] - y[k + 1]) / 0.026);
            set(k, k, 2 / other + 0.01 * g), set(k, k + 1, -0.01 * g);
            set(k + 1, k, -g), set(k + 1, k + 1, 1 / other + g);
            set(k + 2, k, 0.99 * g), set(k + 2, k + 1, -0.99 * g), set(k + 2, k + 2, 1 / other);
        }
        set(7, 7, 1 / other);
    }
    template <class S> static void mass(S set) {
        for (int k : {0, 3, 6}) {
            const double c = k == 0 ? 1e-6 : k == 3 ? 3e-6 : 5e-6;
            set(k, k, -c), set(k, k + 1, c), set(k + 1, k, c), set(k + 1, k + 1, -c);
        }
        set(2, 2, -2e-6), set(5, 5, -4e-6);
    }
};
