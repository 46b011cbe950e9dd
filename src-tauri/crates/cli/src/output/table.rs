//! Columns of text.

use super::{Paint, Style};

/// The space between two columns.
const GAP: &str = "  ";

/// Rows whose cells stand below one another. Cells may hold colour.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with the names of its columns.
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as text; `nothing` when it has no row.
    pub(crate) fn text(&self, style: Style, nothing: &str) -> String {
        if self.rows.is_empty() {
            return nothing.to_owned();
        }
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default().max(self.head.len());
        let widths: Vec<usize> = (0..columns)
            .map(|at| {
                let cells = self.rows.iter().chain([&self.head]).filter_map(|row| row.get(at));
                cells.map(|cell| width(cell)).max().unwrap_or_default()
            })
            .collect();
        let line = |row: &[String]| {
            let mut line = String::new();
            for (at, (cell, wide)) in row.iter().zip(&widths).enumerate() {
                line.push_str(cell);
                if at + 1 < row.len() {
                    line.push_str(&" ".repeat(wide.saturating_sub(width(cell))));
                    line.push_str(GAP);
                }
            }
            line.trim_end().to_owned()
        };
        let head = (!self.head.is_empty()).then(|| style.paint(Paint::Dim, &line(&self.head)));
        let lines: Vec<String> = head.into_iter().chain(self.rows.iter().map(|row| line(row))).collect();
        lines.join("\n")
    }
}

/// How many characters of a cell are seen: those of its colours aren't.
fn width(cell: &str) -> usize {
    let mut seen = 0;
    let mut rest = cell.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            // A colour ends with its `m`.
            rest.by_ref().take_while(|&c| c != 'm').for_each(drop);
        } else {
            seen += 1;
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_one_another_with_and_without_colour() {
        let mut table = Table::new(&["A", "B"]);
        table.row(["\u{1b}[32mlonger\u{1b}[0m".to_owned(), "1".to_owned()]);
        table.row(["x".to_owned(), String::new()]);
        assert_eq!(table.text(Style::PLAIN, ""), "A       B\n\u{1b}[32mlonger\u{1b}[0m  1\nx");
        assert_eq!(Table::new(&["A"]).text(Style::PLAIN, "nothing"), "nothing");
    }
}
