//! How many calls a database holds, by how they stand: `count STATE_FOLDER`. Benchmarks check with it that nothing is
//! lost.
#![allow(clippy::print_stdout, reason = "a program for the command line speaks there")]

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use rusqlite::{Connection, OpenFlags};

fn main() -> Result<(), Box<dyn Error>> {
    let home = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: count STATE_FOLDER")?;
    let database = Connection::open_with_flags(home.join("state.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = database.prepare("SELECT status, count(*) FROM calls GROUP BY status")?;
    let counts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let counts: BTreeMap<String, i64> = counts.collect::<Result<_, _>>()?;
    let behind: i64 = database.query_row("SELECT count(*) FROM log_due", [], |row| row.get(0))?;
    let settled: i64 = database.query_row("SELECT count(*) FROM ledger", [], |row| row.get(0))?;
    println!("{}", serde_json::json!({ "calls": counts, "settled": settled, "log_behind": behind }));
    Ok(())
}
