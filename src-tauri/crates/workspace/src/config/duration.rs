//! Durations as people write them in `signalbox.toml`.

/// Why a text isn't a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a whole number and one of ms, s, m, h, d, such as \"20s\"")]
pub(super) struct DurationError;

/// Reads `500ms`, `20s`, `2m`, `1h` or `1d`, into milliseconds.
pub(super) fn parse_duration(text: &str) -> Result<u64, DurationError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| DurationError)?;
    let unit = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(DurationError),
    };
    number.checked_mul(unit).ok_or(DurationError)
}
