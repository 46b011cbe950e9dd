use proptest::prelude::*;

use super::{
    InlineKind::{Deleted, Equal, Inserted},
    *,
};

/// A row as text: `-` deleted and `+` inserted words in brackets.
fn show(diff: &WordDiff) -> String {
    let side = |line: &Option<DiffLine>| match line {
        None => "·".to_owned(),
        Some(line) => {
            let spans =
                line.spans.iter().map(|span| if span.changed { format!("[{}]", span.text) } else { span.text.clone() });
            format!("{} {}", line.number, spans.collect::<String>())
        }
    };
    let rows = diff.rows.iter().map(|row| format!("{:45} | {}", side(&row.left), side(&row.right)));
    format!("{}\n{} words in, {} out", rows.collect::<Vec<_>>().join("\n"), diff.inserted_words, diff.deleted_words)
}

#[test]
fn lines_that_belong_together_stand_side_by_side() {
    let before = "system:\nYou answer emails from customers of {{ shop.name }}.\n\nApologise for the inconvenience. Our policy:\n{% for rule in policy %}\n- {{ rule.text }}\n{% endfor %}\nuser:\nFrom: {{ customer.name }}\n";
    let after = "system:\nYou answer customer mail for {{ shop.name }}.\n{# The model must not invent dates or amounts. #}\nFacts you may rely on:\n{% for rule in policy %}\n- {{ rule.text }}\n{% endfor %}\n\nuser:\nFrom: {{ customer.name }}\nWrites in: {{ customer.locale }}";
    insta::assert_snapshot!(show(&words(before, after)));
}

#[test]
fn equal_texts_have_no_change() {
    let diff = words("a\nb", "a\nb\n");
    assert!(diff.rows.iter().all(|row| !row.changed));
    assert_eq!(words("", ""), WordDiff::default());
    assert_eq!(inline("same", "same").len(), 1);
    assert_eq!(inline("", ""), []);
}

#[test]
fn a_rewritten_phrase_is_one_change() {
    let spans =
        inline("You answer emails from customers of Harbour, kindly.", "You answer customer mail for Harbour, kindly.");
    let kinds: Vec<(InlineKind, &str)> = spans.iter().map(|span| (span.kind, span.text.as_str())).collect();
    assert_eq!(
        kinds,
        [
            (Equal, "You answer "),
            (Deleted, "emails from customers of"),
            (Inserted, "customer mail for"),
            (Equal, " Harbour, kindly."),
        ]
    );
}

#[test]
fn huge_and_hostile_texts_are_compared_all_the_same() {
    let numbered = |step: usize| (0..8_000).map(|n| format!("{} x{}", n * step, n % 7)).collect::<Vec<_>>().join("\n");
    let cases = [
        (numbered(1), numbered(3)),
        ("a b ".repeat(30_000), "b c ".repeat(30_000)),
        ("x\n".repeat(10_000), "y\nx\n".repeat(5_000)),
        ("word ".repeat(30_000), "other ".repeat(30_000)),
    ];
    for (before, after) in cases {
        let diff = words(&before, &after);
        assert_eq!(side(&diff, |row| row.left.as_ref()), before.trim_end_matches('\n'));
        assert_eq!(side(&diff, |row| row.right.as_ref()), after.trim_end_matches('\n'));
        assert!(!inline(&before, &after).is_empty());
    }
}

fn side(diff: &WordDiff, pick: impl Fn(&DiffRow) -> Option<&DiffLine>) -> String {
    let lines = diff.rows.iter().filter_map(pick);
    let text = |line: &DiffLine| line.spans.iter().map(|span| span.text.as_str()).collect::<String>();
    lines.map(text).collect::<Vec<_>>().join("\n")
}

fn texts() -> impl Strategy<Value = (String, String)> {
    let text = || "(a|b|c|word|\n| |  |,|é|漢|😀|\\{\\{){0,24}";
    (text(), text())
}

proptest! {
    #[test]
    fn both_texts_can_be_read_from_the_rows((before, after) in texts()) {
        let diff = words(&before, &after);
        prop_assert_eq!(side(&diff, |row| row.left.as_ref()), before.strip_suffix('\n').unwrap_or(&before));
        prop_assert_eq!(side(&diff, |row| row.right.as_ref()), after.strip_suffix('\n').unwrap_or(&after));
        for row in &diff.rows {
            let plain = |line: &Option<DiffLine>| line.as_ref().map(|line| line.spans.clone());
            prop_assert_eq!(row.changed, plain(&row.left) != plain(&row.right) || row.left.is_none() || row.right.is_none());
        }
    }

    #[test]
    fn both_texts_can_be_read_from_the_line((before, after) in texts()) {
        let spans = inline(&before, &after);
        let read = |skip: InlineKind| spans.iter().filter(|span| span.kind != skip).map(|span| span.text.as_str()).collect::<String>();
        prop_assert_eq!(read(InlineKind::Inserted), before);
        prop_assert_eq!(read(InlineKind::Deleted), after);
    }
}
