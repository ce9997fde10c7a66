//! Counts of tests, read from what the test programs print.

use std::io::{BufRead as _, BufReader};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::shell::{line, say};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// A stage that is one test.
    pub fn one() -> Self {
        Self { passed: 1, failed: 0 }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Run a test program, show what it prints, and count. One that fails without naming a failed test counts as one.
pub fn tests(command: &mut Command) -> Result<Tally> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("start {}", line(command)))?;
    let output = child.stdout.take().context("the program has no output")?;
    let mut tally = Tally::default();
    for text in BufReader::new(output).lines() {
        let text = text.context("read what the tests print")?;
        tally += counts(&text);
        say(&text);
    }
    let status = child.wait().with_context(|| format!("wait for {}", line(command)))?;
    if !status.success() && tally.failed == 0 {
        say(&format!("error: {}: {status}", line(command)));
        tally.failed = 1;
    }
    Ok(tally)
}

/// The counts in a summary of cargo (`test result: ok. 3 passed; 0 failed; ...`) or pytest (`== 1 failed, 3 passed in 2 s ==`).
fn counts(text: &str) -> Tally {
    let cargo = text.starts_with("test result:");
    let summary = text.trim_matches('=').trim();
    let pytest = summary.starts_with(|first: char| first.is_ascii_digit())
        && summary.contains(" in ")
        && summary.ends_with(['s', ')']);
    let mut tally = Tally::default();
    if !cargo && !pytest {
        return tally;
    }
    let words: Vec<&str> = summary.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        let Ok(count) = pair[0].parse::<u64>() else { continue };
        match pair[1] {
            "passed" => tally.passed += count,
            "failed" | "error" | "errors" => tally.failed += count,
            _ => {}
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn summaries_are_counted_and_other_lines_are_not() {
        for (line, passed, failed) in [
            ("test result: ok. 12 passed; 0 failed; 0 ignored; finished in 0.1s", 12, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.1s", 3, 2),
            ("==== 1 failed, 20 passed, 1 warning in 3.21s ====", 20, 1),
            ("======== 20 passed in 75.08s (0:01:15) ========", 20, 0),
            ("5 passed in 0.12s", 5, 0),
            ("test score::tests::beats ... ok", 0, 0),
            ("running 12 tests", 0, 0),
        ] {
            let tally = counts(line);
            assert_eq!((tally.passed, tally.failed), (passed, failed), "{line}");
        }
    }
}
