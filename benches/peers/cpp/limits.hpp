// The tolerances of the stiff problems, and the time that a solve of one may take; `rust/src/limits.rs` says the same, and
// `python/limits.py` with a smaller SLOW.
#pragma once
#include "clock.hpp"

// A solve that has not ended after so many seconds has failed.
constexpr double LONGEST = 5.0;
// After a solve that took longer, stricter tolerances are left out.
constexpr double SLOW = 1.0;

// Counts evaluations, and says when the time is over.
class Watch {
    long evaluations = 0;
    Clock::time_point begun = Clock::now();

  public:
    void restart() {
        evaluations = 0;
        begun = Clock::now();
    }
    long count() const { return evaluations; }
    double elapsed() const { return since(begun); }
    bool is_over() const { return elapsed() > LONGEST; }
    // Of an evaluation: 0, or -1 if the time is over, which is looked up now and then.
    int evaluated(int components) {
        ++evaluations;
        return (components >= 100 || evaluations % 256 == 0) && is_over() ? -1 : 0;
    }
};

// 1e-2 to 1e-10; every second in a quick run.
inline std::vector<double> stiff_tolerances() {
    const char *quick = std::getenv("PEERS_QUICK");
    if (quick && *quick) return {1e-2, 1e-4, 1e-6, 1e-8, 1e-10};
    return {1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10};
}

// The work–precision curve of one method: `solve(tol)` returns y(end) or throws.
template <class P, class F>
void stiff_curve(const char *library, const char *version, const char *method, Watch &watch, F solve) {
    for (double tol : stiff_tolerances()) {
        auto run = [&] {
            watch.restart();
            return solve(tol);
        };
        print(library, version, P::name, method, tol, run, [&] { return watch.count(); });
        if (watch.elapsed() > SLOW) break; // since the last run began
    }
}
