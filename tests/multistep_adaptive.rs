//! Multistep methods that choose their own order and steps.

use nalgebra::vector;
use rheos::problems::VanDerPol;
use rheos::problems::{Driven, Lorenz, Orbit};
use rheos::{Adams, Bdf, Dop853, Kvaerno5, Ndf, Pid, Tsit5, Vern7, solve};

#[test]
fn scratch() {
    for tol in [1e-4, 1e-6, 1e-8, 1e-10, 1e-12] {
        let (f, y0) = Orbit::problem();
        let s = solve(&f, y0, 0.0..20.0, Adams, Pid::new(tol, tol)).unwrap();
        println!("orbit {tol:e} {:e} {:?}", (s.last() - Orbit::exact(20.0)).amax(), s.stats);
        let s = solve(&f, y0, 0.0..20.0, Vern7, Pid::new(tol, tol)).unwrap();
        println!("  vern7 {:e} {:?}", (s.last() - Orbit::exact(20.0)).amax(), s.stats);
        let (f, y0) = Driven::problem();
        let s = solve(&f, y0, 0.0..10.0, Adams, Pid::new(tol, tol)).unwrap();
        println!("driven {tol:e} {:e} {:?}", (s.last() - Driven::exact(10.0)).amax(), s.stats);
        let s = solve(&f, y0, 0.0..10.0, Vern7, Pid::new(tol, tol)).unwrap();
        println!("  vern7 {:e} {:?}", (s.last() - Driven::exact(10.0)).amax(), s.stats);
        let (f, y0) = Lorenz::problem();
        let r = solve(&f, y0, 0.0..5.0, Dop853, Pid::new(1e-14, 1e-14)).unwrap();
        let s = solve(&f, y0, 0.0..5.0, Adams, Pid::new(tol, tol)).unwrap();
        println!("lorenz {tol:e} {:e} {:?}", (s.last() - r.last()).amax(), s.stats);
        let s = solve(&f, y0, 0.0..5.0, Vern7, Pid::new(tol, tol)).unwrap();
        println!("  vern7 {:e} {:?}", (s.last() - r.last()).amax(), s.stats);
        let s = solve(&f, y0, 0.0..5.0, Tsit5, Pid::new(tol, tol)).unwrap();
        println!("  tsit5 {:e} {:?}", (s.last() - r.last()).amax(), s.stats);
    }
}

#[test]
fn scratch2() {
    for tol in [1e-3, 1e-4, 1e-6, 1e-8, 1e-10] {
        let (f, y0) = Orbit::problem();
        let s = solve(&f, y0, 0.0..20.0, Bdf, Pid::new(tol, tol)).unwrap();
        println!("orbit {tol:e} {:e} {:?}", (s.last() - Orbit::exact(20.0)).amax(), s.stats);
        let s = solve(&f, y0, 0.0..20.0, Ndf, Pid::new(tol, tol)).unwrap();
        println!("   ndf {tol:e} {:e} {:?}", (s.last() - Orbit::exact(20.0)).amax(), s.stats);
        let (f, y0) = Driven::problem();
        let s = solve(&f, y0, 0.0..10.0, Bdf, Pid::new(tol, tol)).unwrap();
        println!("driven {tol:e} {:e} {:?}", (s.last() - Driven::exact(10.0)).amax(), s.stats);
        let s = solve(&f, y0, 0.0..10.0, Ndf, Pid::new(tol, tol)).unwrap();
        println!("   ndf {tol:e} {:e} {:?}", (s.last() - Driven::exact(10.0)).amax(), s.stats);
        let (f, y0) = VanDerPol::problem(1000.0);
        let exact = vector![1.706167732170483, -0.8928097010247975e-3];
        let s = solve(&f, y0, 0.0..2000.0, Bdf, Pid::new(tol, tol)).unwrap();
        println!("vdpol {tol:e} {:e} {:?}", (s.last() - exact).amax(), s.stats);
        let s = solve(&f, y0, 0.0..2000.0, Ndf, Pid::new(tol, tol)).unwrap();
        println!("   ndf {tol:e} {:e} {:?}", (s.last() - exact).amax(), s.stats);
        let s = solve(&f, y0, 0.0..2000.0, Kvaerno5, Pid::new(tol, tol)).unwrap();
        println!("   kv5 {tol:e} {:e} {:?}", (s.last() - exact).amax(), s.stats);
    }
}
#[test]
fn scratch3() {
    for tol in [1e-4, 1e-6, 1e-8] {
        for m in [Bdf, Ndf] {
            let (f, y0) = Orbit::problem();
            let s = solve(&f, y0, 0.0..20.0, m, Pid::new(tol, tol)).unwrap();
            println!("orbit {tol:e} {:e} {:?}", (s.last() - Orbit::exact(20.0)).amax(), s.stats);
            let (f, y0) = VanDerPol::problem(1000.0);
            let exact = vector![1.706167732170483, -0.8928097010247975e-3];
            let s = solve(&f, y0, 0.0..2000.0, m, Pid::new(tol, tol)).unwrap();
            println!("vdpol {tol:e} {:e} {:?}", (s.last() - exact).amax(), s.stats);
        }
    }
}
