// The classical problems, written once for every C++ program; `rust/src/problems.rs` says the same.
#pragma once
#include <array>
#include <cmath>
#include <string>

// y' = f(y) from 0 to end(). The number type is a parameter, so that the reference can be computed in quadruple
// precision.
template <class T> struct LotkaVolterra {
    static constexpr int N = 2;
    static constexpr const char *name = "lotka-volterra";
    static T end() { return 10; }
    static std::array<T, N> start() { return {T(1), T(1)}; }
    static void rhs(const T *y, T *dy) {
        dy[0] = T(1.5) * y[0] - y[0] * y[1];
        dy[1] = y[0] * y[1] - T(3) * y[1];
    }
};

template <class T> struct Lorenz {
    static constexpr int N = 3;
    static constexpr const char *name = "lorenz";
    static T end() { return 10; }
    static std::array<T, N> start() { return {T(1), T(1), T(1)}; }
    static void rhs(const T *y, T *dy) {
        dy[0] = T(10) * (y[1] - y[0]);
        dy[1] = y[0] * (T(28) - y[2]) - y[1];
        dy[2] = y[0] * y[1] - T(8) / T(3) * y[2];
    }
};

// Constants are double precision in every language, so that all solve the same problem.
template <class T> struct Arenstorf {
    static constexpr int N = 4;
    static constexpr const char *name = "arenstorf";
    static T end() { return T(17.065216560157964); }
    static std::array<T, N> start() { return {T(0.994), T(0), T(0), T(-2.0015851063790825)}; }
    static void rhs(const T *s, T *ds) {
        using std::sqrt;
        const T mu(0.012277471), x = s[0], y = s[1], vx = s[2], vy = s[3];
        const T p = x + mu, q = x - T(1) + mu;
        T a = p * p + y * y, b = q * q + y * y;
        a = (T(1) - mu) / (a * sqrt(a));
        b = mu / (b * sqrt(b));
        ds[0] = vx;
        ds[1] = vy;
        ds[2] = x + T(2) * vy - a * p - b * q;
        ds[3] = y - T(2) * vx - a * y - b * y;
    }
};

template <class T> struct Pleiades {
    static constexpr int N = 28;
    static constexpr const char *name = "pleiades";
    static T end() { return 3; }
    static std::array<T, N> start() {
        const double y[N] = {3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0,    0,    -4, 4,
                             0, 0, 0,  0,  0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0};
        std::array<T, N> out;
        for (int i = 0; i < N; ++i) out[i] = T(y[i]);
        return out;
    }
    static void rhs(const T *y, T *dy) {
        using std::sqrt;
        for (int i = 0; i < 14; ++i) {
            dy[i] = y[i + 14];
            dy[i + 14] = T(0);
        }
        for (int i = 0; i < 7; ++i)
            for (int j = i + 1; j < 7; ++j) {
                const T dx = y[j] - y[i], dz = y[j + 7] - y[i + 7];
                const T r2 = dx * dx + dz * dz;
                const T pull = T(1) / (r2 * sqrt(r2));
                const T to_j = T(j + 1) * pull, to_i = T(i + 1) * pull;
                dy[i + 14] += to_j * dx;
                dy[i + 21] += to_j * dz;
                dy[j + 14] -= to_i * dx;
                dy[j + 21] -= to_i * dz;
            }
    }
};

template <class T> struct Brusselator {
    static constexpr int N = 64;
    static constexpr const char *name = "brusselator";
    static T end() { return 10; }
    static std::array<T, N> start() {
        std::array<T, N> y;
        for (int i = 0; i < 32; ++i) {
            y[i] = T(1.0 + std::sin(2.0 * M_PI * (i + 1) / 33.0));
            y[i + 32] = T(3);
        }
        return y;
    }
    static void rhs(const T *y, T *dy) {
        const T d(33.0 * 33.0 / 50.0);
        for (int i = 0; i < 32; ++i) {
            const T u = y[i], v = y[i + 32];
            const T left_u = i == 0 ? T(1) : y[i - 1], left_v = i == 0 ? T(3) : y[i + 31];
            const T right_u = i == 31 ? T(1) : y[i + 1], right_v = i == 31 ? T(3) : y[i + 33];
            const T uuv = u * u * v;
            dy[i] = T(1) + uuv - T(4) * u + d * (left_u - T(2) * u + right_u);
            dy[i + 32] = T(3) * u - uuv + d * (left_v - T(2) * v + right_v);
        }
    }
};

template <class T> struct Linear {
    static constexpr int N = 100;
    static constexpr const char *name = "linear";
    static T end() { return 10; }
    static std::array<T, N> start() {
        std::array<T, N> y;
        for (int i = 0; i < N; ++i) y[i] = T(1.0 / (i + 1));
        return y;
    }
    static void rhs(const T *y, T *dy) {
        dy[0] = y[1] - T(2) * y[0];
        for (int i = 1; i < N - 1; ++i) dy[i] = y[i - 1] - T(2) * y[i] + y[i + 1];
        dy[N - 1] = y[N - 2] - T(2) * y[N - 1];
    }
};

// Calls `visitor.template visit<Problem>()` for every problem over the numbers T.
template <class T, class V> void each(V &&visitor) {
    visitor.template visit<LotkaVolterra<T>>();
    visitor.template visit<Lorenz<T>>();
    visitor.template visit<Arenstorf<T>>();
    visitor.template visit<Pleiades<T>>();
    visitor.template visit<Brusselator<T>>();
    visitor.template visit<Linear<T>>();
}
