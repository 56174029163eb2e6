// IDA of SUNDIALS on the differential-algebraic systems: BDF, exact dense Jacobians.
#include <ida/ida.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "dae.hpp"
#include "limits.hpp"

static Watch watch;
static SUNContext context = nullptr; // one for all solves

static void check(int status, const char *what) {
    if (status < 0) throw std::runtime_error(std::string(what) + " returns " + std::to_string(status));
}

// M y' − f(t, y)
template <class P> static int residual(realtype t, N_Vector y, N_Vector slopes, N_Vector out, void *) {
    double f[P::N];
    P::rhs(t, N_VGetArrayPointer(y), f);
    double *r = N_VGetArrayPointer(out), *dy = N_VGetArrayPointer(slopes);
    for (int i = 0; i < P::N; ++i) r[i] = -f[i];
    P::mass([&](int i, int j, double x) { r[i] += x * dy[j]; });
    return watch.evaluated(P::N);
}

// c M − ∂f/∂y; the matrix is zero when it is handed over.
template <class P>
static int jacobian(realtype, realtype c, N_Vector y, N_Vector, N_Vector, SUNMatrix matrix, void *, N_Vector, N_Vector,
                    N_Vector) {
    P::entries(N_VGetArrayPointer(y), [&](int i, int j, double x) { SM_ELEMENT_D(matrix, i, j) = -x; });
    P::mass([&](int i, int j, double x) { SM_ELEMENT_D(matrix, i, j) += c * x; });
    return 0;
}

// Everything of one solve.
template <class P> struct Solve {
    N_Vector y = N_VNew_Serial(P::N, context), slopes = N_VNew_Serial(P::N, context);
    SUNMatrix matrix = SUNDenseMatrix(P::N, P::N, context);
    SUNLinearSolver linear = SUNLinSol_Dense(y, matrix, context);
    void *memory = IDACreate(context);

    Solve() = default;
    Solve(const Solve &) = delete;
    ~Solve() {
        IDAFree(&memory);
        SUNLinSolFree(linear);
        SUNMatDestroy(matrix);
        N_VDestroy(slopes);
        N_VDestroy(y);
    }

    std::array<double, P::N> to_end(double tol) {
        const auto start = P::start(), rates = P::slopes();
        std::copy(start.begin(), start.end(), N_VGetArrayPointer(y));
        std::copy(rates.begin(), rates.end(), N_VGetArrayPointer(slopes));
        check(IDAInit(memory, residual<P>, 0.0, y, slopes), "IDAInit");
        check(IDASStolerances(memory, tol, tol * P::scale), "IDASStolerances");
        check(IDASetLinearSolver(memory, linear, matrix), "IDASetLinearSolver");
        check(IDASetJacFn(memory, jacobian<P>), "IDASetJacFn");
        check(IDASetMaxNumSteps(memory, 1000000), "IDASetMaxNumSteps");
        check(IDASetStopTime(memory, P::end), "IDASetStopTime");
        IDASetErrFile(memory, nullptr); // the return value says it
        realtype t = 0;
        const int status = IDASolve(memory, P::end, &t, y, slopes, IDA_NORMAL);
        if (watch.is_over()) throw std::runtime_error("stopped after 5 s");
        check(status, "IDASolve");
        std::array<double, P::N> end;
        std::copy_n(N_VGetArrayPointer(y), P::N, end.begin());
        return end;
    }
};

template <class P> static void curve() {
    stiff_curve<P>("SUNDIALS", SUNDIALS_VERSION, "IDA", watch, [](double tol) { return Solve<P>().to_end(tol); });
}

int main() {
    SUNContext_Create(nullptr, &context);
    curve<ChemicalAkzoNobel>();
    curve<TransistorAmplifier>();
    SUNContext_Free(&context);
}
