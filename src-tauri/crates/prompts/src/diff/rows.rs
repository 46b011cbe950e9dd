//! Lines side by side.

use std::{collections::HashMap, ops::Range};

use super::{Change, DiffLine, DiffRow, DiffSpan, MOST_TOKENS, WordDiff, changes, count_words, is_word, tokens};

/// The most pairs of lines of one changed block that are held against each other to find those that belong together.
const MOST_PAIRS: usize = 4_000;

/// How much of two lines must be the same for them to stand side by side: twice the common words by all words.
const ALIKE: f64 = 0.4;

/// Compares two texts.
pub(super) fn diff(before: &str, after: &str) -> WordDiff {
    let old: Vec<&str> = lines(before);
    let new: Vec<&str> = lines(after);
    let mut rows = Rows { old: &old, new: &new, budget: MOST_TOKENS * 10, found: WordDiff::default() };
    for change in line_changes(&old, &new) {
        match change {
            Change::Same(left, right) => left.zip(right).for_each(|(left, right)| rows.same(left, right)),
            Change::Other(left, right) => rows.block(left, right),
        }
    }
    rows.found
}

/// The lines of a text without their ends. A line end at the end of the text opens no further line.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').map(|line| line.strip_suffix('\n').unwrap_or(line)).collect()
}

/// The stretches of two lists of lines. Unlike words, blank lines between changes stay what they are.
fn line_changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let ops = similar::capture_diff_slices(similar::Algorithm::Myers, old, new);
    let changes = ops.iter().map(|op| match op.tag() {
        similar::DiffTag::Equal => Change::Same(op.old_range(), op.new_range()),
        _ => Change::Other(op.old_range(), op.new_range()),
    });
    changes.collect()
}

struct Rows<'t> {
    old: &'t [&'t str],
    new: &'t [&'t str],
    /// How many tokens may still be compared.
    budget: usize,
    found: WordDiff,
}

impl<'t> Rows<'t> {
    fn same(&mut self, left: usize, right: usize) {
        let line = |lines: &[&str], index: usize| DiffLine {
            number: index as u32 + 1,
            spans: spans(&[lines.get(index).copied().unwrap_or_default()], false),
        };
        let row = DiffRow { left: Some(line(self.old, left)), right: Some(line(self.new, right)), changed: false };
        self.found.rows.push(row);
    }

    /// A changed block: lines that resemble each other stand side by side, the others alone.
    fn block(&mut self, left: Range<usize>, right: Range<usize>) {
        let pairs = self.pairs(left.clone(), right.clone());
        let (mut l, mut r) = (left.start, right.start);
        for (pair_left, pair_right) in pairs.into_iter().chain([(left.end, right.end)]) {
            (l..pair_left).for_each(|index| self.deleted(index));
            (r..pair_right).for_each(|index| self.inserted(index));
            if pair_left < left.end && pair_right < right.end {
                self.changed(pair_left, pair_right);
            }
            (l, r) = (pair_left + 1, pair_right + 1);
        }
    }

    fn deleted(&mut self, index: usize) {
        let tokens = tokens(self.old.get(index).copied().unwrap_or_default());
        self.found.deleted_words += count_words(&tokens);
        let line = DiffLine { number: index as u32 + 1, spans: spans(&tokens, true) };
        self.found.rows.push(DiffRow { left: Some(line), right: None, changed: true });
    }

    fn inserted(&mut self, index: usize) {
        let tokens = tokens(self.new.get(index).copied().unwrap_or_default());
        self.found.inserted_words += count_words(&tokens);
        let line = DiffLine { number: index as u32 + 1, spans: spans(&tokens, true) };
        self.found.rows.push(DiffRow { left: None, right: Some(line), changed: true });
    }

    /// Two lines that belong together, word by word.
    fn changed(&mut self, left: usize, right: usize) {
        let old = tokens(self.old.get(left).copied().unwrap_or_default());
        let new = tokens(self.new.get(right).copied().unwrap_or_default());
        let (mut left_spans, mut right_spans) = (Vec::new(), Vec::new());
        let stretches = if old.len() + new.len() > MOST_TOKENS || old.len() + new.len() > self.budget {
            vec![Change::Other(0..old.len(), 0..new.len())]
        } else {
            self.budget -= old.len() + new.len();
            changes(&old, &new)
        };
        for change in stretches {
            let (o, n, is_changed) = match change {
                Change::Same(o, n) => (o, n, false),
                Change::Other(o, n) => (o, n, true),
            };
            let (o, n) = (old.get(o).unwrap_or_default(), new.get(n).unwrap_or_default());
            if is_changed {
                self.found.deleted_words += count_words(o);
                self.found.inserted_words += count_words(n);
            }
            left_spans.extend(spans(o, is_changed));
            right_spans.extend(spans(n, is_changed));
        }
        self.found.rows.push(DiffRow {
            left: Some(DiffLine { number: left as u32 + 1, spans: left_spans }),
            right: Some(DiffLine { number: right as u32 + 1, spans: right_spans }),
            changed: true,
        });
    }

    /// The lines of a block that belong together, in order: the pairs with the greatest likeness in sum.
    fn pairs(&self, left: Range<usize>, right: Range<usize>) -> Vec<(usize, usize)> {
        let (rows, columns) = (left.len(), right.len());
        if rows == 0 || columns == 0 {
            return Vec::new();
        }
        if rows.saturating_mul(columns) > MOST_PAIRS {
            // Too many to compare: a rewrite of as many lines is shown line against line.
            return if rows == columns { left.zip(right).collect() } else { Vec::new() };
        }
        let bags = |lines: &[&'t str], range: &Range<usize>| -> Vec<Bag<'t>> {
            lines.get(range.clone()).unwrap_or_default().iter().map(|line| Bag::new(line)).collect()
        };
        let (old, new) = (bags(self.old, &left), bags(self.new, &right));
        let width = columns + 1;
        let mut best = vec![0.0_f64; (rows + 1) * width];
        let mut likeness = vec![0.0_f64; rows * columns];
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                let alike = old[i].likeness(&new[j]);
                likeness[i * columns + j] = alike;
                let together = if alike >= ALIKE { alike + best[(i + 1) * width + j + 1] } else { 0.0 };
                best[i * width + j] = together.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
            }
        }
        let mut found = Vec::new();
        let (mut i, mut j) = (0, 0);
        while i < rows && j < columns {
            let here = best[i * width + j];
            let alike = likeness[i * columns + j];
            if alike >= ALIKE && (alike + best[(i + 1) * width + j + 1] - here).abs() < 1e-9 {
                found.push((left.start + i, right.start + j));
                i += 1;
                j += 1;
            } else if (best[(i + 1) * width + j] - here).abs() < 1e-9 {
                i += 1;
            } else {
                j += 1;
            }
        }
        found
    }
}

/// The words of a line and how often each is there.
struct Bag<'t> {
    words: HashMap<&'t str, usize>,
    length: usize,
}

impl<'t> Bag<'t> {
    /// Only the beginning of a very long line counts.
    fn new(line: &'t str) -> Self {
        let mut words = HashMap::new();
        let mut length = 0;
        for token in tokens(line).into_iter().filter(|token| is_word(token)).take(200) {
            *words.entry(token).or_insert(0) += 1;
            length += 1;
        }
        Self { words, length }
    }

    fn likeness(&self, other: &Self) -> f64 {
        if self.length + other.length == 0 {
            return 0.0;
        }
        let common: usize =
            self.words.iter().map(|(word, &count)| count.min(other.words.get(word).copied().unwrap_or(0))).sum();
        2.0 * common as f64 / (self.length + other.length) as f64
    }
}

fn spans(tokens: &[&str], changed: bool) -> Vec<DiffSpan> {
    let text = tokens.concat();
    if text.is_empty() { Vec::new() } else { vec![DiffSpan { text, changed }] }
}
