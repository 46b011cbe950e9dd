//! The headings of a long command and the table at its end.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// How the parts of a command went, with their times.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    took: Duration,
    result: &'static str,
}

impl Report {
    /// Prints the heading, does the work and notes how long it took.
    pub(crate) fn step(
        &mut self,
        name: &'static str,
        what: &str,
        work: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        eprintln!("\n==> {name}: {what}");
        let start = Instant::now();
        let outcome = work();
        let took = start.elapsed();
        let result = if outcome.is_ok() { "ok" } else { "FAILED" };
        self.rows.push(Row { name, took, result });
        eprintln!("<== {name}: {result} after {}", seconds(took));
        outcome
    }

    /// Notes a part that this system cannot do.
    pub(crate) fn not_here(&mut self, name: &'static str, why: &str) {
        eprintln!("\n==> {name}: not run, {why}");
        self.rows.push(Row { name, took: Duration::ZERO, result: "not run" });
    }

    /// The table of all parts.
    pub(crate) fn table(&self) -> String {
        let mut table = String::from("\n");
        let mut total = Duration::ZERO;
        for row in &self.rows {
            total += row.took;
            let _ = writeln!(table, "  {:<16}{:>10}  {}", row.name, seconds(row.took), row.result);
        }
        let _ = writeln!(table, "  {:<16}{:>10}", "total", seconds(total));
        table
    }
}

fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole >= 60 { format!("{}m {:02}s", whole / 60, whole % 60) } else { format!("{:.1}s", time.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Failure, Report, seconds};

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_millis(1_540)), "1.5s");
        assert_eq!(seconds(Duration::from_secs(125)), "2m 05s");
    }

    #[test]
    fn a_failed_step_is_in_the_table_and_in_the_answer() {
        let mut report = Report::default();
        assert!(report.step("lint", "looks", || Ok(())).is_ok());
        let failed = report.step("vitest", "tests", || Err(Failure::Unexpected("no".to_owned())));
        assert!(failed.is_err());
        let table = report.table();
        assert!(table.contains("vitest") && table.contains("FAILED") && table.contains("lint"), "{table}");
    }
}
