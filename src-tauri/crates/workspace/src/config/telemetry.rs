//! What leaves for a collector, and how long records stay: `[telemetry]` and `[log]`.

use serde::Serialize;

use super::{
    address::{check_url, is_readable_on_the_way},
    keys::Keys,
    reader::Reader,
};

/// How long records may be kept, in milliseconds: from an hour to ten years.
const KEPT: std::ops::RangeInclusive<u64> = 3_600_000..=315_360_000_000;

/// The table `[telemetry]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Telemetry {
    /// Where spans go by OTLP over HTTP, such as `http://127.0.0.1:4318`; nowhere by default.
    pub endpoint: Option<String>,
    /// Whether prompts and answers go with them; not by default.
    pub content: bool,
}

/// The table `[log]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Log {
    /// How long calls are kept, in milliseconds; for ever by default.
    pub keep_ms: Option<u64>,
    /// How long their texts are kept, in milliseconds; as long as the calls by default.
    pub keep_bodies_ms: Option<u64>,
}

impl Telemetry {
    pub(super) fn read(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        let Some(mut keys) = keys.table(reader, "telemetry") else {
            return Self::default();
        };
        let content = keys.flag(reader, "content").unwrap_or(false);
        let endpoint = keys.text(reader, "endpoint").and_then(|text| {
            let url = check_url(reader, "endpoint", "http://127.0.0.1:4318", &text)?;
            if content && is_readable_on_the_way(&url) {
                let hint = "use https, or content = false".to_owned();
                reader.warn(&text.span, "prompts and answers would travel unencrypted", Some(hint));
            }
            Some(url.as_str().trim_end_matches('/').to_owned())
        });
        keys.finish(reader);
        Self { endpoint, content }
    }
}

impl Log {
    pub(super) fn read(keys: &mut Keys<'_, '_>, reader: &mut Reader<'_>) -> Self {
        let Some(mut keys) = keys.table(reader, "log") else {
            return Self::default();
        };
        let keep = keys.duration(reader, "keep", KEPT);
        let bodies = keys.duration(reader, "keep_bodies", KEPT);
        keys.finish(reader);
        let (keep_ms, keep_bodies_ms) = (keep.map(|d| d.value), bodies.as_ref().map(|d| d.value));
        if let (Some(keep), Some(bodies)) = (keep_ms, bodies.filter(|bodies| keep_ms.is_some_and(|k| bodies.value > k)))
        {
            let hint = format!("write keep_bodies = \"{}\" or less", super::format_duration(keep));
            reader.warn(&bodies.span, "texts go with their call, so that `keep` comes first", Some(hint));
        }
        Self { keep_ms, keep_bodies_ms }
    }
}
