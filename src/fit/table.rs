//! A fit as a table.

use std::fmt;

use super::fitted::Fitted;

/// The level of the printed intervals.
const LEVEL: f64 = 0.95;

impl fmt::Display for Fitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.parameters.iter().map(|parameter| parameter.name.chars().count()).max().unwrap_or(0).max(9);
        let errors = self.standard_errors().and_then(|errors| Ok((errors, self.intervals(LEVEL)?)));
        writeln!(f, "{:<width$} {:>12} {:>12}   95 % interval", "parameter", "value", "std. error")?;
        for (j, parameter) in self.parameters.iter().enumerate() {
            write!(f, "{:<width$} {:>12}", parameter.name, Short(parameter.value))?;
            match &errors {
                Ok((errors, intervals)) => {
                    let interval = intervals[j];
                    writeln!(f, " {:>12}   {} to {}", Short(errors[j]), Short(interval.lower), Short(interval.upper))?;
                }
                Err(_) => writeln!(f, " {:>12}", "–")?,
            }
        }
        write!(
            f,
            "sum of squares {:.7}, {} measurements, {} degrees of freedom; {} steps",
            self.sum_of_squares,
            self.residuals.len(),
            self.degrees_of_freedom(),
            self.iterations,
        )?;
        match errors {
            Ok(_) => Ok(()),
            Err(error) => write!(f, "\nno standard errors: {error}"),
        }
    }
}

/// Five significant digits.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(x) = *self;
        let text = if x == 0.0 {
            "0".into()
        } else if (1e-4..1e6).contains(&x.abs()) {
            let digits = 4 - x.abs().log10().floor() as i32;
            format!("{x:.*}", digits.max(0) as usize)
        } else {
            format!("{x:.4e}")
        };
        f.pad(&text)
    }
}
