// The stiff problems, written once for every C++ program; `rust/src/stiff.rs` and `python/stiff.py` say the same.
#pragma once
#include <array>
#include <cmath>

// y' = f(y) from 0 to end(). `entries(y, set)` calls set(i, j, x) for all entries of the Jacobian that can differ from
// zero. WIDTH is the number of diagonals beside the main one, on either side. The absolute tolerance is the relative
// one times `scale`.
template <class T> struct Robertson {
    static constexpr int N = 3, WIDTH = N - 1;
    static constexpr const char *name = "robertson";
    static constexpr double scale = 1e-8;
    static T end() { return T(4e10); }
    static std::array<T, N> start() { return {T(1), T(0), T(0)}; }
    static void rhs(const T *y, T *dy) {
        const T decay = T(0.04) * y[0], pairing = T(3e7) * y[1] * y[1], back = T(1e4) * y[1] * y[2];
        dy[0] = back - decay;
        dy[1] = decay - back - pairing;
        dy[2] = pairing;
    }
    template <class S> static void entries(const T *y, S set) {
        const T a = T(6e7) * y[1], b = T(1e4) * y[2], c = T(1e4) * y[1];
        set(0, 0, T(-0.04)), set(0, 1, b), set(0, 2, c);
        set(1, 0, T(0.04)), set(1, 1, -b - a), set(1, 2, -c);
        set(2, 1, a);
    }
};

template <class T> struct VanDerPol {
    static constexpr int N = 2, WIDTH = N - 1;
    static constexpr const char *name = "van-der-pol";
    static constexpr double scale = 1e-3;
    static T end() { return T(2000); }
    static std::array<T, N> start() { return {T(2), T(0)}; }
    static void rhs(const T *y, T *dy) {
        dy[0] = y[1];
        dy[1] = T(1000) * (T(1) - y[0] * y[0]) * y[1] - y[0];
    }
    template <class S> static void entries(const T *y, S set) {
        set(0, 1, T(1));
        set(1, 0, T(-2000) * y[0] * y[1] - T(1)), set(1, 1, T(1000) * (T(1) - y[0] * y[0]));
    }
};

template <class T> struct Oregonator {
    static constexpr int N = 3, WIDTH = N - 1;
    static constexpr const char *name = "orego";
    static constexpr double scale = 1;
    static T end() { return T(360); }
    static std::array<T, N> start() { return {T(1), T(2), T(3)}; }
    static void rhs(const T *y, T *dy) {
        const T s(77.27), q(8.375e-6), w(0.161);
        dy[0] = s * (y[1] + y[0] * (T(1) - q * y[0] - y[1]));
        dy[1] = (y[2] - (T(1) + y[0]) * y[1]) / s;
        dy[2] = w * (y[0] - y[2]);
    }
    template <class S> static void entries(const T *y, S set) {
        const T s(77.27), q(8.375e-6), w(0.161);
        set(0, 0, s * (T(1) - T(2) * q * y[0] - y[1])), set(0, 1, s * (T(1) - y[0]));
        set(1, 0, -y[1] / s), set(1, 1, -(T(1) + y[0]) / s), set(1, 2, T(1) / s);
        set(2, 0, w), set(2, 2, -w);
    }
};

template <class T> struct Hires {
    static constexpr int N = 8, WIDTH = N - 1;
    static constexpr const char *name = "hires";
    static constexpr double scale = 1e-4;
    static T end() { return T(321.8122); }
    static std::array<T, N> start() { return {T(1), T(0), T(0), T(0), T(0), T(0), T(0), T(0.0057)}; }
    static void rhs(const T *y, T *dy) {
        const T bound = T(280) * y[5] * y[7];
        dy[0] = T(-1.71) * y[0] + T(0.43) * y[1] + T(8.32) * y[2] + T(0.0007);
        dy[1] = T(1.71) * y[0] - T(8.75) * y[1];
        dy[2] = T(-10.03) * y[2] + T(0.43) * y[3] + T(0.035) * y[4];
        dy[3] = T(8.32) * y[1] + T(1.71) * y[2] - T(1.12) * y[3];
        dy[4] = T(-1.745) * y[4] + T(0.43) * y[5] + T(0.43) * y[6];
        dy[5] = -bound + T(0.69) * y[3] + T(1.71) * y[4] - T(0.43) * y[5] + T(0.69) * y[6];
        dy[6] = bound - T(1.81) * y[6];
        dy[7] = -dy[6];
    }
    template <class S> static void entries(const T *y, S set) {
        const T a = T(280) * y[7], b = T(280) * y[5];
        set(0, 0, T(-1.71)), set(0, 1, T(0.43)), set(0, 2, T(8.32));
        set(1, 0, T(1.71)), set(1, 1, T(-8.75));
        set(2, 2, T(-10.03)), set(2, 3, T(0.43)), set(2, 4, T(0.035));
        set(3, 1, T(8.32)), set(3, 2, T(1.71)), set(3, 3, T(-1.12));
        set(4, 4, T(-1.745)), set(4, 5, T(0.43)), set(4, 6, T(0.43));
        set(5, 3, T(0.69)), set(5, 4, T(1.71)), set(5, 5, -a - T(0.43)), set(5, 6, T(0.69)), set(5, 7, -b);
        set(6, 5, a), set(6, 6, T(-1.81)), set(6, 7, b);
        set(7, 5, -a), set(7, 6, T(1.81)), set(7, 7, -b);
    }
};

// E5 in three unknowns (y1, y3, y4), since y2 = y3 + y4: the four equations lose all but three digits.
template <class T> struct E5 {
    static constexpr int N = 3, WIDTH = N - 1;
    static constexpr const char *name = "e5";
    static constexpr double scale = 1e-24;
    static T end() { return T(1e13); }
    static std::array<T, N> start() { return {T(1.76e-3), T(0), T(0)}; }
    static void rhs(const T *y, T *dy) {
        const T start = T(7.89e-10) * y[0], pairing = T(1.1e7) * y[0] * y[1];
        const T ending = T(1.13e9) * (y[1] + y[2]) * y[1], decay = T(1.13e3) * y[2];
        dy[0] = -start - pairing;
        dy[2] = pairing - decay;
        dy[1] = start - ending - dy[2];
    }
    template <class S> static void entries(const T *y, S set) {
        const T a(7.89e-10), b(1.1e7), c(1.13e3), mc(1.13e9);
        set(0, 0, -a - b * y[1]), set(0, 1, -b * y[0]);
        set(1, 0, a - b * y[1]), set(1, 1, -mc * (T(2) * y[1] + y[2]) - b * y[0]), set(1, 2, c - mc * y[1]);
        set(2, 0, b * y[1]), set(2, 1, b * y[0]), set(2, 2, -c);
    }
};

// A reaction: one or two species become up to three; -1 is none.
struct Reaction {
    double rate;
    int from[2], to[3];
};

template <class T> struct Pollution {
    static constexpr int N = 20, WIDTH = N - 1;
    static constexpr const char *name = "pollution";
    static constexpr double scale = 1e-6;
    static constexpr Reaction reactions[25] = {
        {0.35, {0, -1}, {1, 2, -1}},    {26.6, {1, 3}, {0, -1, -1}},     {12.3e3, {4, 1}, {5, 0, -1}},
        {0.86e-3, {6, -1}, {4, 4, 7}},  {0.82e-3, {6, -1}, {7, -1, -1}}, {15e3, {6, 5}, {4, 7, -1}},
        {0.13e-3, {8, -1}, {4, 7, 9}},  {24e3, {8, 5}, {10, -1, -1}},    {16.5e3, {10, 1}, {0, 9, 11}},
        {9e3, {10, 0}, {12, -1, -1}},   {0.022, {12, -1}, {10, 0, -1}},  {12e3, {9, 1}, {13, 0, -1}},
        {1.88, {13, -1}, {6, 4, -1}},   {16.3e3, {0, 5}, {14, -1, -1}},  {4.8e6, {2, -1}, {3, -1, -1}},
        {0.35e-3, {3, -1}, {15, -1, -1}}, {0.0175, {3, -1}, {2, -1, -1}}, {1e8, {15, -1}, {5, 5, -1}},
        {4.44e11, {15, -1}, {2, -1, -1}}, {1.24e3, {16, 5}, {4, 17, -1}}, {2.1, {18, -1}, {1, -1, -1}},
        {5.78, {18, -1}, {0, 2, -1}},   {0.0474, {0, 3}, {18, -1, -1}},  {1.78e3, {18, 0}, {19, -1, -1}},
        {3.12, {19, -1}, {0, 18, -1}},
    };
    static T end() { return T(60); }
    static std::array<T, N> start() {
        std::array<T, N> y{};
        y[1] = T(0.2), y[3] = T(0.04), y[6] = T(0.1), y[7] = T(0.3), y[8] = T(0.01), y[16] = T(0.007);
        return y;
    }
    static void rhs(const T *y, T *dy) {
        for (int i = 0; i < N; ++i) dy[i] = T(0);
        for (const Reaction &r : reactions) {
            T speed = T(r.rate) * y[r.from[0]];
            if (r.from[1] >= 0) speed *= y[r.from[1]];
            for (int i : r.from)
                if (i >= 0) dy[i] -= speed;
            for (int i : r.to)
                if (i >= 0) dy[i] += speed;
        }
    }
    template <class S> static void entries(const T *y, S set) {
        T matrix[N][N] = {};
        for (const Reaction &r : reactions)
            for (int k = 0; k < 2; ++k) {
                const int j = r.from[k];
                if (j < 0) continue;
                const int other = r.from[1 - k];
                const T slope = other < 0 ? T(r.rate) : T(r.rate) * y[other];
                for (int i : r.from)
                    if (i >= 0) matrix[i][j] -= slope;
                for (int i : r.to)
                    if (i >= 0) matrix[i][j] += slope;
            }
        for (int i = 0; i < N; ++i)
            for (int j = 0; j < N; ++j) set(i, j, matrix[i][j]);
    }
};

// u' = 1 + u²v - 4u + c Δu, v' = 3u - u²v + c Δv on POINTS points, u = 1 and v = 3 at the ends: (u1, v1, u2, v2, …).
template <class T, int POINTS> struct BrusselatorLine {
    static constexpr int N = 2 * POINTS, WIDTH = 2;
    static constexpr const char *name = POINTS == 50 ? "brusselator-100" : "brusselator-1000";
    static constexpr double scale = 1;
    static constexpr double c = (POINTS + 1.0) * (POINTS + 1.0) / 50.0;
    static T end() { return T(10); }
    static std::array<T, N> start() {
        std::array<T, N> y;
        for (int i = 0; i < POINTS; ++i) {
            y[2 * i] = T(1.0 + std::sin(2.0 * M_PI * (i + 1) / (POINTS + 1.0)));
            y[2 * i + 1] = T(3);
        }
        return y;
    }
    static void rhs(const T *y, T *dy) {
        for (int i = 0; i < N; i += 2) {
            const T u = y[i], v = y[i + 1], uuv = u * u * v;
            const T left_u = i == 0 ? T(1) : y[i - 2], left_v = i == 0 ? T(3) : y[i - 1];
            const T right_u = i == N - 2 ? T(1) : y[i + 2], right_v = i == N - 2 ? T(3) : y[i + 3];
            dy[i] = T(1) + uuv - T(4) * u + T(c) * (left_u - T(2) * u + right_u);
            dy[i + 1] = T(3) * u - uuv + T(c) * (left_v - T(2) * v + right_v);
        }
    }
    template <class S> static void entries(const T *y, S set) {
        for (int i = 0; i < N; ++i) {
            const T u = y[i - i % 2], uv = u * y[i - i % 2 + 1];
            if (i >= 2) set(i, i - 2, T(c));
            if (i % 2 == 0) {
                set(i, i, T(2) * uv - T(4) - T(2 * c)), set(i, i + 1, u * u);
            } else {
                set(i, i - 1, T(3) - T(2) * uv), set(i, i, -u * u - T(2 * c));
            }
            if (i < N - 2) set(i, i + 2, T(c));
        }
    }
};

// Calls `visitor.template visit<Problem>()` for every problem over the numbers T.
template <class T, class V> void each_stiff(V &&visitor) {
    visitor.template visit<Robertson<T>>();
    visitor.template visit<VanDerPol<T>>();
    visitor.template visit<Oregonator<T>>();
    visitor.template visit<Hires<T>>();
    visitor.template visit<Pollution<T>>();
    visitor.template visit<E5<T>>();
    visitor.template visit<BrusselatorLine<T, 50>>();
    visitor.template visit<BrusselatorLine<T, 500>>();
}
