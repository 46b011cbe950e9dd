//! `prompt`.

mod archive;
mod diff;
mod export;
mod import;
mod label;
mod lint;
mod list;
mod losses;
mod old_names;
mod rename;
mod render;
mod sarif;
mod save;
mod search;
mod settle;
mod show;

use clap::Subcommand;

use crate::{error::Outcome, session::Session};

/// List, read, render, save, compare, check, import and export prompts
#[derive(Debug, Subcommand)]
pub(crate) enum Prompt {
    /// List the prompts
    List(list::List),
    /// Print a version as its file has it, or list all versions
    Show(show::Show),
    /// Print what a model would be sent
    Render(render::Render),
    /// Save a file as a new version
    Save(save::Save),
    /// Show the words that differ between two versions
    Diff(diff::Diff),
    /// Point a label to a version, back to where it was, or remove it
    Label(label::Label),
    /// Find prompts by words in names, labels, messages and texts
    Search(search::Search),
    /// Give a prompt another name
    Rename(rename::Rename),
    /// List the names that prompts had, or let one go
    OldNames(old_names::OldNames),
    /// Settle what git could not merge in a prompt's files
    Settle(settle::Settle),
    /// Put a prompt away, or take it back
    Archive(archive::Archive),
    /// Check prompts for mistakes
    Lint(lint::Lint),
    /// Import prompts of other tools
    Import(import::Import),
    /// Export prompts for other tools
    Export(export::Export),
}

pub(crate) async fn run(session: &Session, asked: Prompt) -> Outcome {
    match asked {
        Prompt::List(asked) => asked.run(session).await,
        Prompt::Show(asked) => asked.run(session).await,
        Prompt::Render(asked) => asked.run(session).await,
        Prompt::Save(asked) => asked.run(session).await,
        Prompt::Diff(asked) => asked.run(session).await,
        Prompt::Label(asked) => asked.run(session).await,
        Prompt::Search(asked) => asked.run(session).await,
        Prompt::Rename(asked) => asked.run(session).await,
        Prompt::OldNames(asked) => asked.run(session).await,
        Prompt::Settle(asked) => asked.run(session).await,
        Prompt::Archive(asked) => asked.run(session).await,
        Prompt::Lint(asked) => asked.run(session).await,
        Prompt::Import(asked) => asked.run(session).await,
        Prompt::Export(asked) => asked.run(session).await,
    }
}
