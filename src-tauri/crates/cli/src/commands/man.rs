//! `man`.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};

use crate::{
    arguments::Arguments,
    error::{Error, Outcome},
    output::Output,
};

/// Print the manual page, or write one page for each subcommand
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  signalbox-cli man | man -l -
  signalbox-cli man --out ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Write the pages of all subcommands into this folder instead
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self, output: Output) -> Outcome {
        if let Some(folder) = &self.out {
            write(folder).map_err(|error| {
                Error::failure("read_only", format!("{} can't be written: {error}", folder.display()))
                    .hint("Choose another folder")
            })?;
            output.note(|_| format!("The pages are in {}", folder.display()));
            return Ok(());
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command())
            .render(&mut page)
            .map_err(|error| Error::failure("internal", format!("the page can't be made: {error}")))?;
        output.piece(&String::from_utf8_lossy(&page))
    }
}

fn write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)
}
