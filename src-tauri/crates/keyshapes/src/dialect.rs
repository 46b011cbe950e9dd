//! From the dialect in which the patterns are written to the one that is used here.

/// Escapes what this dialect reads otherwise: a brace that counts nothing, and a bracket inside of brackets.
pub(crate) fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut in_class = false;
    let mut class_start = 0;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '\\' => {
                length += rest.get(length..).and_then(|after| after.chars().next()).map_or(0, char::len_utf8);
            }
            '[' if in_class => match rest.starts_with("[:").then(|| rest.find(":]")).flatten() {
                Some(end) => length = end + 2,
                None => out.push('\\'),
            },
            '[' => {
                in_class = true;
                class_start = out.len() + 1;
                // A bracket that closes at once is meant as a character.
                let negated = rest.starts_with("[^");
                class_start += usize::from(negated);
            }
            ']' if in_class => in_class = out.len() == class_start,
            '{' if !in_class && !counts(rest) => out.push('\\'),
            _ => {}
        }
        out.push_str(rest.get(..length).unwrap_or_default());
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// Whether a brace opens a count, such as `{3}`, `{2,}` or `{1,5}`.
fn counts(rest: &str) -> bool {
    let Some((inner, _)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return false };
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn only_what_is_read_otherwise_is_escaped() {
        for (pattern, wanted) in [
            ("a{3}b{2,}c{1,5}", "a{3}b{2,}c{1,5}"),
            (r"^\$(?:\d+|{\d+})$", r"^\$(?:\d+|\{\d+})$"),
            ("{{[^}]+}}", r"\{\{[^}]+}}"),
            ("[^]]+[a[b]", r"[^]]+[a\[b]"),
            (r"\[x{y}", r"\[x\{y}"),
            ("[[:alnum:]{]", "[[:alnum:]{]"),
        ] {
            assert_eq!(translated(pattern), wanted);
        }
    }
}
