//! Whether every call is in the database.

use std::{
    error::Error,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Value, json};

/// How calls are counted.
#[derive(Deserialize)]
pub(crate) struct Check {
    /// Whose calls are in the database.
    pub(crate) target: String,
    /// The program that counts them, and the state folder that it is told.
    pub(crate) program: String,
    pub(crate) home: String,
}

/// How long a log may be behind the calls.
const PATIENCE: Duration = Duration::from_mins(2);

impl Check {
    /// Compares what was asked with what is stored, and waits until the log is up to date.
    pub(crate) fn run(&self, asked: u64, failed: u64) -> Result<Value, Box<dyn Error>> {
        let began = Instant::now();
        let counted = loop {
            let said = Command::new(&self.program).arg(&self.home).output()?;
            let counted: Value = serde_json::from_slice(&said.stdout)
                .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&said.stderr)))?;
            if counted["log_behind"] == 0 {
                break counted;
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("the log is still behind: {counted}").into());
            }
            thread::sleep(Duration::from_millis(50));
        };
        let behind = began.elapsed().as_secs_f64();
        let done = counted["calls"]["done"].as_u64().unwrap_or(0);
        println!("\n{asked} calls were asked of {}, {failed} failed; {counted} is in the database", self.target);
        println!("the log was up to date {behind:.1} s after the last answer");
        if done != asked - failed {
            return Err(format!("{asked} calls were asked and {failed} failed, but {done} are in the database").into());
        }
        Ok(json!({ "asked": asked, "failed": failed, "stored": counted, "log_behind_s": behind }))
    }
}
