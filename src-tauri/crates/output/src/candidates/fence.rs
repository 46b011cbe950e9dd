//! Blocks between fences.

/// A block.
#[derive(Debug)]
pub(crate) struct Fence {
    /// Where its text begins.
    pub(crate) start: usize,
    /// Where its text ends.
    pub(crate) end: usize,
    /// Where the prose goes on.
    pub(crate) behind: usize,
    /// Whether there is a closing fence.
    pub(crate) closed: bool,
    /// Whether it says that it holds data, or nothing.
    pub(crate) is_data: bool,
    mark: u8,
}

/// What blocks of data call themselves.
const DATA: &[&str] =
    &["", "json", "jsonc", "json5", "jsonl", "ndjson", "jsonlines", "js", "javascript", "geojson", "output"];

impl Fence {
    /// The block whose fence stands at `at`.
    pub(crate) fn at(text: &str, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mark = *bytes.get(at)?;
        let length = bytes[at..].iter().take_while(|&&byte| byte == mark).count();
        if length < 3 {
            return None;
        }
        let rest = &text[at + length..];
        let name_end =
            rest.find(|next: char| next.is_whitespace() || matches!(next, '{' | '[' | '`' | '"')).unwrap_or(rest.len());
        let name = &rest[..name_end];
        let start = at + length + name_end;
        let mut fence = Self {
            start,
            end: text.len(),
            behind: text.len(),
            closed: false,
            is_data: DATA.iter().any(|data| data.eq_ignore_ascii_case(name)),
            mark,
        };
        fence.find_end(text, start);
        Some(fence)
    }

    /// The block with its end behind a value that goes beyond its first closing fence.
    pub(crate) fn reaching(mut self, text: &str, end: usize) -> Self {
        if end > self.end {
            self.find_end(text, end);
        }
        self
    }

    fn find_end(&mut self, text: &str, from: usize) {
        let mark = if self.mark == b'`' { "```" } else { "~~~" };
        if let Some(end) = text[from..].find(mark) {
            self.end = from + end;
            self.behind = self.end + text[self.end..].bytes().take_while(|&byte| byte == self.mark).count();
            self.closed = true;
        } else {
            self.end = text.len();
            self.behind = text.len();
            self.closed = false;
        }
    }
}
