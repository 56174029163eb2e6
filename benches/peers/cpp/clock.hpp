// Timing, and one line of JSON per measurement; `rust/src/clock.rs` does the same.
#pragma once
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

inline double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Seconds per call of `run`: five samples of two milliseconds at least, and fewer of a slow run, so that all take
// about 0.3 s.
template <class F> std::vector<double> seconds(F run) {
    auto time = [&](int calls) {
        const auto start = Clock::now();
        for (int i = 0; i < calls; ++i) {
            auto y = run();
            asm volatile("" : : "r"(&y) : "memory"); // the result is used
        }
        return since(start) / calls;
    };
    double once = time(1); // warms up
    if (once > 0.15) return {once};
    once = std::min(once, time(1));
    const int calls = std::clamp(std::ceil(2e-3 / once), 1.0, 1e6);
    const int count = std::clamp(0.3 / (calls * once), 1.0, 5.0);
    std::vector<double> samples;
    for (int i = 0; i < count; ++i) samples.push_back(time(calls));
    return samples;
}

template <class V> void print_list(const char *name, const V &values) {
    std::printf(", \"%s\": [", name);
    const char *separator = "";
    for (double x : values) {
        std::printf("%s%.17g", separator, x);
        separator = ", ";
    }
    std::printf("]");
}

// Measures `run`, which returns y(end); `count` returns the evaluations since the last call.
template <class F, class G>
void print(const char *library, const char *version, const char *problem, const char *method, double tol, F run,
           G count) {
    std::printf("{\"library\": \"%s\", \"version\": \"%s\", \"problem\": \"%s\", \"method\": \"%s\", \"tol\": %g",
                library, version, problem, method, tol);
    try {
        count();
        const auto y = run();
        for (double x : y)
            if (!std::isfinite(x)) throw std::runtime_error("not finite");
        std::printf(", \"evaluations\": %ld", count());
        print_list("seconds", seconds(run));
        print_list("y", y);
    } catch (const std::exception &error) {
        std::printf(", \"failed\": \"%s\"", error.what());
    }
    std::printf("}\n");
    std::fflush(stdout);
}

// 1e-3 to 1e-12; every third in a quick run.
inline std::vector<double> tolerances() {
    const char *quick = std::getenv("PEERS_QUICK");
    if (quick && *quick) return {1e-3, 1e-6, 1e-9, 1e-12};
    return {1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12};
}
