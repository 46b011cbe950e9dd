//! `parse --batch`: many answers, a line each, in memory that doesn't grow with their number.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use serde::Serialize;
use serde_json::{Value, json};
use signalbox_api::{
    AnswerReader, ParseOptions,
    types::{AnswerParsed, AnswerRepair},
};

use crate::{
    error::{Error, Outcome},
    input,
    output::Output,
    progress::Progress,
};

/// How many bytes a line may have beside its answer: the id, the schema, and escapes in the answer.
const AROUND: usize = 16 << 20;

/// A line of the batch. Unknown keys are passed over: rows are often made for other programs too.
#[derive(Debug)]
struct Row {
    id: Value,
    input: String,
    schema: Option<Value>,
}

/// What became of a line.
#[derive(Debug, Serialize)]
struct Answered {
    id: Value,
    ok: bool,
    value: Value,
    repairs: Vec<AnswerRepair>,
    error: Option<Value>,
    confidence: f64,
    truncated: bool,
}

pub(super) async fn run(output: Output, rows: PathBuf, schema: Option<Value>, options: ParseOptions) -> Outcome {
    let done = tokio::task::spawn_blocking(move || {
        let source: Box<dyn Read> = if rows == Path::new("-") {
            Box::new(std::io::stdin().lock())
        } else {
            Box::new(std::fs::File::open(&rows).map_err(|error| input::unreadable(&input::name_of(&rows), &error))?)
        };
        let lines =
            Lines { from: BufReader::new(source), longest: options.max_bytes.saturating_add(AROUND), number: 0 };
        Batch { output, options, usual: AnswerReader::new(schema.as_ref())?, last: None }.answer(lines, &rows)
    });
    done.await.unwrap_or_else(|error| Err(Error::failure("internal", format!("the batch ended abnormally: {error}"))))
}

struct Batch {
    output: Output,
    options: ParseOptions,
    /// For rows without a schema of their own.
    usual: AnswerReader,
    /// For the schema of the last row that had one: the next has most likely the same.
    last: Option<AnswerReader>,
}

impl Batch {
    fn answer<R: BufRead>(mut self, mut lines: Lines<R>, rows: &Path) -> Outcome {
        let progress = Progress::beside_lines(self.output);
        let (mut count, mut good) = (0_u64, 0_u64);
        while let Some(line) = lines.next_line().map_err(|error| input::unreadable(&input::name_of(rows), &error))? {
            if matches!(&line, Ok(text) if text.trim().is_empty()) {
                continue;
            }
            let answered = match line.map_err(|why| (Value::Null, why)).and_then(|text| read_row(&text)) {
                Ok(row) => self.row(row),
                Err((id, why)) => failed(id, "row", &format!("line {}: {why}", lines.number)),
            };
            count += 1;
            good += u64::from(answered.ok);
            self.output.line(&answered)?;
            progress.tell(|| format!("{count} rows"));
        }
        drop(progress);
        self.output.note(|_| format!("{count} rows: {good} with a value, {} without", count - good));
        Ok(())
    }

    fn row(&mut self, row: Row) -> Answered {
        let Row { id, input, schema } = row;
        let reader = match &schema {
            None => &self.usual,
            Some(schema) => match self.last.take().filter(|reader| reader.is_for(Some(schema))) {
                Some(same) => &*self.last.insert(same),
                None => match AnswerReader::new(Some(schema)) {
                    Ok(reader) => &*self.last.insert(reader),
                    Err(error) => return failed(id, "schema", &error.message),
                },
            },
        };
        let AnswerParsed { ok, value, repairs, confidence, truncated, error, .. } = reader.read(&input, &self.options);
        let error = error.and_then(|error| serde_json::to_value(error).ok());
        Answered { id, ok, value, repairs, error, confidence, truncated }
    }
}

fn failed(id: Value, kind: &str, message: &str) -> Answered {
    let error = json!({ "kind": kind, "message": message, "problems": [], "nearest": null });
    Answered {
        id,
        ok: false,
        value: Value::Null,
        repairs: Vec::new(),
        error: Some(error),
        confidence: 0.0,
        truncated: false,
    }
}

/// A row, or as much as is known of its id and what is wrong with it.
fn read_row(text: &str) -> Result<Row, (Value, String)> {
    let wrong = |id: Value, why: &str| (id, format!("this is no row {{\"id\",\"input\",\"schema\"}}: {why}"));
    let mut row: Value = serde_json::from_str(text).map_err(|error| {
        let whole = error.to_string();
        let why = whole.split(" at line ").next().unwrap_or(&whole);
        wrong(Value::Null, &format!("{why} at column {}", error.column()))
    })?;
    let Some(row) = row.as_object_mut() else { return Err(wrong(Value::Null, "it isn't an object")) };
    let id = row.remove("id").unwrap_or_default();
    let schema = row.remove("schema").filter(|schema| !schema.is_null());
    match row.remove("input") {
        Some(Value::String(input)) => Ok(Row { id, input, schema }),
        Some(_) => Err(wrong(id, "its input isn't a text")),
        None => Err(wrong(id, "it has no input")),
    }
}

/// The lines of a source, each no longer than may be.
struct Lines<R> {
    from: R,
    longest: usize,
    /// The number of the last line, from 1.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line, or why it can't be read; none at the end.
    fn next_line(&mut self) -> std::io::Result<Option<Result<String, String>>> {
        let mut bytes = Vec::new();
        self.from.by_ref().take((self.longest as u64).saturating_add(1)).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        if bytes.len() > self.longest && !bytes.ends_with(b"\n") {
            self.skip_rest()?;
            return Ok(Some(Err(format!("it has more than {} bytes", self.longest))));
        }
        Ok(Some(
            String::from_utf8(bytes)
                .map_err(|error| format!("it isn't UTF-8 text at byte {}", error.utf8_error().valid_up_to())),
        ))
    }

    fn skip_rest(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                return Ok(());
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.from.consume(used);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let text = format!("short\n{}\nnext\n\nlast", "x".repeat(100));
        let mut lines = Lines { from: BufReader::with_capacity(7, text.as_bytes()), longest: 10, number: 0 };
        let mut read = Vec::new();
        while let Ok(Some(line)) = lines.next_line() {
            read.push(line.map_err(|_| lines.number));
        }
        let expected = [Ok("short\n"), Err(2), Ok("next\n"), Ok("\n"), Ok("last")];
        assert_eq!(read, expected.map(|line| line.map(str::to_owned)));
    }
}
