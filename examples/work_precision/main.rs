//! The cost of accuracy: every adaptive method on problems whose solutions are known to many digits.
//!
//! Run it with `cargo run --release --no-default-features --example work_precision`; `--quick` only tests that
//! everything works. It draws error against field evaluations and against time, and prints tables. With `--counts` it
//! prints, in some ten minutes, only the tables of the page `solver::comparison`.

#[path = "../../tests/common/any_size.rs"]
mod any_size;
mod measure;
mod methods;
mod problems;
mod reference;
mod table;

use std::error::Error;
use std::path::{Path, PathBuf};

use measure::{Curve, Effort};
use rheos::plot::{Series, WorkPrecision};

const HELP: &str = "\
Draws work-precision diagrams of all adaptive methods and prints tables.

USAGE
    cargo run --release --no-default-features --example work_precision -- [OPTIONS]

OPTIONS
    --quick          few tolerances and short measurements, to see that everything works
    --counts         only the tables of the page solver::comparison, to be pasted there
    --only NAME      problems whose name contains NAME
    --out DIR        folder for the pictures (default: work_precision)
    --help           this text
";

struct Options {
    effort: Effort,
    counts: bool,
    only: String,
    out: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name; `Ok(None)` asks for the help text.
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options =
            Self { effort: Effort::THOROUGH, counts: false, only: String::new(), out: PathBuf::from("work_precision") };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value; see --help"));
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => options.effort = Effort::QUICK,
                "--counts" => options.counts = true,
                "--only" => options.only = value()?,
                "--out" => options.out = PathBuf::from(value()?),
                other => return Err(format!("unknown option {other}; see --help")),
            }
        }
        Ok(Some(options))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = Options::parse(std::env::args().skip(1))? else {
        print!("{HELP}");
        return Ok(());
    };
    if options.counts {
        print_counts(&options.only);
        return Ok(());
    }
    std::fs::create_dir_all(&options.out)?;
    macro_rules! each {
        ($methods:path, $unit:expr; $($case:expr),+) => {
            $({
                let case = $case;
                if case.name.contains(&options.only) {
                    let curves = $methods(&case, &options.effort);
                    print!("{}", table::markdown(case.title, &curves, $unit));
                    draw(&options.out.join(format!("work_precision_{}.svg", case.name)), case.title, &curves)?;
                }
            })+
        };
    }
    each!(methods::explicit, 1e-6; problems::populations(), problems::pleiades(), problems::arenstorf(), problems::orbit());
    each!(
        methods::stiff, 1e-6;
        problems::robertson(), problems::van_der_pol(), problems::oregonator(), problems::hires(), problems::heat()
    );
    Ok(())
}

/// The tables of the page `solver::comparison`.
fn print_counts(only: &str) {
    macro_rules! each {
        ($($case:expr),+) => {
            $({
                let case = $case;
                if case.name.contains(only) {
                    print!("{}", table::counts(case.title, &methods::stiff(&case, &Effort::COUNTS)));
                }
            })+
        };
    }
    each!(
        problems::robertson(),
        problems::van_der_pol(),
        problems::oregonator(),
        problems::e5(),
        problems::hires(),
        problems::ring_modulator(),
        problems::pollution(),
        problems::beam(),
        problems::heat(),
        problems::medical_akzo_nobel()
    );
}

/// A kind of work, and how much of it a point took.
type Work = (&'static str, fn(&measure::Point) -> f64);

/// One row of panels for evaluations and one for time, one panel for each family of methods. Methods that never came to the
/// end are left out.
fn draw(path: &Path, title: &str, curves: &[Curve]) -> rheos::Result<()> {
    let rows: [Work; 2] = [
        ("evaluations of the field", |point| point.stats.evaluations as f64),
        ("time (µs)", |point| point.seconds * 1e6),
    ];
    let mut figure = WorkPrecision::new().title(title);
    for (work, x) in rows {
        figure = figure.row(work, "error at the end");
        for family in curves.chunk_by(|a, b| a.family == b.family) {
            let series =
                family.iter().enumerate().filter(|(_, curve)| !curve.points.is_empty()).map(|(look, curve)| {
                    let points = curve.points.iter().map(|point| (x(point), point.error));
                    Series::new(curve.name, points).look(look)
                });
            figure = figure.panel(family[0].family, series);
        }
    }
    figure.save(path)
}
