// CVODE of SUNDIALS on the stiff problems: BDF, exact Jacobians, dense or banded.
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_band.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_band.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "limits.hpp"
#include "stiff.hpp"

static Watch watch;
static SUNContext context = nullptr; // one for all solves

static void check(int status, const char *what) {
    if (status < 0) throw std::runtime_error(std::string(what) + " returns " + std::to_string(status));
}

template <class P> static int field(realtype, N_Vector y, N_Vector dy, void *) {
    P::rhs(N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
    return watch.evaluated(P::N);
}

template <class P> static constexpr bool is_banded = P::WIDTH < P::N - 1;

// The matrix is zero when it is handed over.
template <class P>
static int jacobian(realtype, N_Vector y, N_Vector, SUNMatrix matrix, void *, N_Vector, N_Vector, N_Vector) {
    P::entries(N_VGetArrayPointer(y), [&](int i, int j, double x) {
        if constexpr (is_banded<P>)
            SM_ELEMENT_B(matrix, i, j) = x;
        else
            SM_ELEMENT_D(matrix, i, j) = x;
    });
    return 0;
}

// Everything of one solve.
template <class P> struct Solve {
    N_Vector y = nullptr;
    SUNMatrix matrix = nullptr;
    SUNLinearSolver linear = nullptr;
    void *memory = nullptr;

    Solve() {
        y = N_VNew_Serial(P::N, context);
        if constexpr (is_banded<P>) {
            matrix = SUNBandMatrix(P::N, P::WIDTH, P::WIDTH, context);
            linear = SUNLinSol_Band(y, matrix, context);
        } else {
            matrix = SUNDenseMatrix(P::N, P::N, context);
            linear = SUNLinSol_Dense(y, matrix, context);
        }
        memory = CVodeCreate(CV_BDF, context);
    }
    Solve(const Solve &) = delete;
    ~Solve() {
        CVodeFree(&memory);
        SUNLinSolFree(linear);
        SUNMatDestroy(matrix);
        N_VDestroy(y);
    }

    std::array<double, P::N> to_end(double tol) {
        const auto start = P::start();
        std::copy(start.begin(), start.end(), N_VGetArrayPointer(y));
        check(CVodeInit(memory, field<P>, 0.0, y), "CVodeInit");
        check(CVodeSStolerances(memory, tol, tol * P::scale), "CVodeSStolerances");
        check(CVodeSetLinearSolver(memory, linear, matrix), "CVodeSetLinearSolver");
        check(CVodeSetJacFn(memory, jacobian<P>), "CVodeSetJacFn");
        check(CVodeSetMaxNumSteps(memory, 1000000), "CVodeSetMaxNumSteps");
        check(CVodeSetStopTime(memory, P::end()), "CVodeSetStopTime");
        CVodeSetErrFile(memory, nullptr); // the return value says it
        realtype t = 0;
        const int status = CVode(memory, P::end(), y, &t, CV_NORMAL);
        if (watch.is_over()) throw std::runtime_error("stopped after 5 s");
        check(status, "CVode");
        std::array<double, P::N> end;
        std::copy_n(N_VGetArrayPointer(y), P::N, end.begin());
        return end;
    }
};

struct Cvode {
    template <class P> void visit() {
        stiff_curve<P>("SUNDIALS", SUNDIALS_VERSION, is_banded<P> ? "CVODE BDF, banded" : "CVODE BDF", watch,
                       [](double tol) { return Solve<P>().to_end(tol); });
    }
};

int main() {
    SUNContext_Create(nullptr, &context);
    each_stiff<double>(Cvode());
    SUNContext_Free(&context);
}
