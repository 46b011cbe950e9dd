//! The command line: what can be asked for, and how.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    budget, call, completions::Completions, drill, keys, log, man::Man, model, parse::Parse, prompt, provider, route,
    serve, token,
};

/// Signalbox on the command line: prompts, calls, routes, budgets and keys, without a window
///
/// It works on the same state and the same workspace as the window, also while the window is open. The workspace is the
/// one that --workspace or SIGNALBOX_WORKSPACE names, else the folder that you are in when it holds a signalbox.toml, else
/// the one that the window had open last. An empty folder becomes a starter workspace.
#[derive(Debug, Parser)]
#[command(
    name = "signalbox-cli",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "\
Exit codes: 0 it worked, 1 it failed, 2 it was asked for in a way that it can't be, 130 Ctrl-C.

Examples:
  signalbox-cli call \"What is a signal box?\"
  signalbox-cli call --prompt support/reply@production --var message=\"Where is my parcel?\"
  signalbox-cli prompt list
  signalbox-cli parse --schema invoice.schema.json answer.txt
  signalbox-cli log list --status failed --since 2d"
)]
pub(crate) struct Arguments {
    /// What all subcommands take.
    #[command(flatten)]
    pub(crate) common: Common,
    /// What is asked for.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What all subcommands take.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The state folder: one database and the logs [default: SIGNALBOX_HOME, else the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", value_parser = folder, display_order = 100)]
    pub(crate) home: Option<PathBuf>,
    /// The workspace: a folder with a signalbox.toml [default: SIGNALBOX_WORKSPACE, the folder you are in, the last one]
    #[arg(long, global = true, value_name = "DIR", value_parser = folder, display_order = 101)]
    pub(crate) workspace: Option<PathBuf>,
    /// Print JSON for programs; errors too, as {"error":{"code","message","hint"}} on standard error
    #[arg(long, global = true, display_order = 102)]
    pub(crate) json: bool,
}

fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("the folder has no name".to_owned()) } else { Ok(PathBuf::from(text)) }
}

/// What is asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Call(call::Call),
    Serve(serve::Serve),
    /// Make, list and revoke app tokens: who may ask at the endpoint
    #[command(subcommand)]
    Token(token::Token),
    /// List, read, render, save, compare and check prompts
    #[command(subcommand)]
    Prompt(prompt::Prompt),
    Parse(Parse),
    /// Show and set budgets, and what was spent
    #[command(subcommand)]
    Budget(budget::Budget),
    /// Show what the gateway does when a provider fails
    #[command(subcommand)]
    Drill(drill::Drill),
    /// Keep, list and delete the keys of providers
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Search, read, export and repeat past calls
    #[command(subcommand)]
    Log(log::Log),
    /// List, test and connect providers
    #[command(subcommand)]
    Provider(provider::Provider),
    /// List routes
    #[command(subcommand)]
    Route(route::Route),
    /// List models
    #[command(subcommand)]
    Model(model::Model),
    /// Print a script that completes this program's words in your shell
    Completions(Completions),
    /// Print the manual page, or write one page for each subcommand
    Man(Man),
}

impl Command {
    /// Whether it works only with a `signalbox.toml` that can be used. Others work on files and on what has happened.
    pub(crate) fn needs_config(&self) -> bool {
        !matches!(
            self,
            Self::Prompt(_) | Self::Parse(_) | Self::Log(_) | Self::Token(_) | Self::Completions(_) | Self::Man(_)
        ) || self.replays()
    }

    fn replays(&self) -> bool {
        matches!(self, Self::Log(log::Log::Replay(_)))
    }
}
