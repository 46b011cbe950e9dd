//! What can be asked for: one file a subcommand.

pub(crate) mod budget;
pub(crate) mod call;
pub(crate) mod completions;
pub(crate) mod drill;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod model;
pub(crate) mod parse;
pub(crate) mod prompt;
pub(crate) mod provider;
pub(crate) mod route;
pub(crate) mod serve;
pub(crate) mod token;

use crate::{
    arguments::{Arguments, Command},
    error::Outcome,
    output::Output,
    session::Session,
};

/// Does what is asked for.
pub(crate) async fn run(arguments: Arguments, output: &Output) -> Outcome {
    let Arguments { common, command } = arguments;
    match command {
        Command::Completions(asked) => return asked.run(*output),
        Command::Man(asked) => return asked.run(*output),
        // It needs nothing but its own input, so that it works where no state may be kept.
        Command::Parse(asked) => return Box::pin(asked.run(*output)).await,
        _ => {}
    }
    let session = Box::pin(Session::open(common, *output)).await?;
    let ended = Box::pin(in_session(&session, command)).await;
    // Calls are settled before the process ends.
    session.core.close().await;
    ended
}

async fn in_session(session: &Session, command: Command) -> Outcome {
    if command.needs_config() {
        session.check_config().await?;
    }
    match command {
        // These cancel and settle what they have begun when somebody asks them to end.
        Command::Call(asked) => Box::pin(call::run(session, asked)).await,
        Command::Drill(asked) => Box::pin(drill::run(session, asked)).await,
        Command::Serve(asked) => Box::pin(serve::run(session, asked)).await,
        Command::Log(log::Log::Replay(asked)) => Box::pin(log::replay(session, asked)).await,
        others => session.until_interrupted(Box::pin(at_once(session, others))).await,
    }
}

/// What can be left at any moment.
async fn at_once(session: &Session, command: Command) -> Outcome {
    match command {
        Command::Prompt(asked) => Box::pin(prompt::run(session, asked)).await,
        Command::Budget(asked) => Box::pin(budget::run(session, asked)).await,
        Command::Keys(asked) => Box::pin(keys::run(session, asked)).await,
        Command::Log(asked) => Box::pin(log::run(session, asked)).await,
        Command::Provider(asked) => Box::pin(provider::run(session, asked)).await,
        Command::Route(asked) => Box::pin(route::run(session, asked)).await,
        Command::Model(asked) => Box::pin(model::run(session, asked)).await,
        Command::Token(asked) => Box::pin(token::run(session, asked)).await,
        // Done above.
        Command::Call(_)
        | Command::Drill(_)
        | Command::Serve(_)
        | Command::Parse(_)
        | Command::Completions(_)
        | Command::Man(_) => Ok(()),
    }
}
