//! Durations as people write them in `signalbox.toml`.

/// Why a text isn't a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a whole number and one of ms, s, m, h, d, such as \"20s\"")]
pub struct DurationError;

/// Each unit in milliseconds, longest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Writes milliseconds in the longest unit in which they are a whole number: 90,000 is `90s`, 0 is `0s`.
pub fn format_duration(ms: u64) -> String {
    if ms == 0 {
        return "0s".to_owned();
    }
    let whole = UNITS.iter().find(|(_, unit)| ms.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{ms}ms"), |(word, unit)| format!("{}{word}", ms / unit))
}

/// Reads `500ms`, `20s`, `2m`, `1h` or `1d`, into milliseconds.
pub fn parse_duration(text: &str) -> Result<u64, DurationError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| DurationError)?;
    let (_, ms) = UNITS.iter().find(|(word, _)| *word == unit.trim()).ok_or(DurationError)?;
    number.checked_mul(*ms).ok_or(DurationError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_as_it_was_written() {
        for (text, ms, written) in [
            ("0s", 0, "0s"),
            ("500ms", 500, "500ms"),
            ("90s", 90_000, "90s"),
            ("120s", 120_000, "2m"),
            ("24h", 86_400_000, "1d"),
            ("36 h", 129_600_000, "36h"),
        ] {
            assert_eq!(parse_duration(text), Ok(ms), "{text}");
            assert_eq!(format_duration(ms), written, "{text}");
            assert_eq!(parse_duration(written), Ok(ms), "{written}");
        }
        for text in ["", "s", "5", "5 minutes", "-1s", "1.5s", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(parse_duration(text), Err(DurationError), "{text}");
        }
    }
}
