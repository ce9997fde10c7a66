//! Where and when figures were measured.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

/// Processor, number of its threads, and system.
pub fn name() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {threads} threads, {}", std::env::consts::OS)
}

/// The date of today in Greenwich, as year-month-day.
pub fn today() -> Result<String> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let (year, month, day) = civil(time.as_secs() / 86_400);
    Ok(format!("{year}-{month:02}-{day:02}"))
}

/// Year, month and day of a number of days after 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms", 2013).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_become_dates() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (20_779, (2026, 11, 22)),
        ] {
            assert_eq!(civil(days), date, "{days}");
        }
    }
}
