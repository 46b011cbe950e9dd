//! Did you mean …?

/// The longest name that is compared, in characters: longer ones are not typing mistakes.
const LONGEST: usize = 64;

/// The most candidates that are compared: nobody has more names than that, but a hostile text may.
const MOST_CANDIDATES: usize = 2_000;

/// The candidate nearest to `name`, when it is near enough to be what was meant.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = name.chars().count();
    let allowed = match length {
        0 => return None,
        1..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .take(MOST_CANDIDATES)
        .filter(|candidate| *candidate != name)
        .filter_map(|candidate| Some((distance(name, candidate)?, candidate)))
        .filter(|&(distance, candidate)| distance <= allowed && distance < length.max(candidate.chars().count()))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours between two names, without regard to case.
fn distance(a: &str, b: &str) -> Option<usize> {
    let a: Vec<char> = a.chars().flat_map(char::to_lowercase).collect();
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).collect();
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > 3 {
        return None;
    }
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    for (i, &left) in a.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, &right) in b.iter().enumerate() {
            let change = usize::from(left != right);
            let mut best = (last[j] + change).min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && a[i - 1] == right && b[j - 1] == left;
            if swapped {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_was_meant() {
        let names = ["customer", "orders", "message"];
        assert_eq!(nearest("custommer", names), Some("customer"));
        assert_eq!(nearest("mesage", names), Some("message"));
        assert_eq!(nearest("ordesr", names), Some("orders"));
        assert_eq!(nearest("policy", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("x", ["y"]), None, "one letter is not like another");
    }
}
