//! `completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{arguments::Arguments, error::Outcome, output::Output};

/// Print a script that completes this program's words in your shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  signalbox-cli completions bash > ~/.local/share/bash-completion/completions/signalbox-cli
  signalbox-cli completions zsh > ~/.zfunc/_signalbox-cli
  signalbox-cli completions fish > ~/.config/fish/completions/signalbox-cli.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, output: Output) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "signalbox-cli", &mut script);
        output.piece(&String::from_utf8_lossy(&script))
    }
}
