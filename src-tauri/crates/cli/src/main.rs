//! Signalbox on the command line: the same application as in the window, for terminals, scripts and machines without a
//! display.
//!
//! One file a subcommand in `commands/`. Every one works on [`signalbox_api::Core`] and hands what it found to
//! [`output::Output`], the only place that prints.
//!
//! What this crate never does: it has no rules of the domain, it opens no window, and it takes no key as an argument.

#![allow(clippy::doc_markdown, reason = "many of these comments are help, which a terminal shows as it is")]

mod arguments;
mod commands;
mod describe;
mod error;
mod follow;
mod input;
mod interrupt;
mod misuse;
mod names;
mod output;
mod progress;
mod session;
mod values;
mod words;

use std::process::ExitCode;

use crate::{error::Error, output::Output};

fn main() -> ExitCode {
    let arguments = match misuse::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    output::start_log();
    let output = Output::new(arguments.common.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output.end(Err(Error::failure("internal", format!("no thread could be started: {error}"))));
        }
    };
    let ended = runtime.block_on(Box::pin(commands::run(arguments, &output)));
    // Somebody may still be asked for input on a thread that can't be stopped; it isn't waited for.
    runtime.shutdown_background();
    output.end(ended)
}
