//! `token`.

use clap::{Args, Subcommand};
use signalbox_api::types::{AppToken, Empty, TokenCreate, TokenLimits, TokenList, TokenNamed};
use signalbox_domain::Signal;

use crate::{
    error::{Error, Outcome},
    names,
    output::{Paint, Style, Table},
    session::Session,
};

/// Make, list and revoke app tokens: who may ask at the endpoint
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; its secret is printed once and kept nowhere
    #[command(after_help = "\
Standard output holds the secret alone.

Examples:
  signalbox-cli token create editor
  export OPENAI_API_KEY=$(signalbox-cli token create nightly-tests --project tests --requests-per-minute 60)")]
    Create(Create),
    /// List the tokens, without their secrets
    #[command(after_help = "\
Examples:
  signalbox-cli token list")]
    List,
    /// Revoke a token: from now on nobody gets in with it
    #[command(after_help = "\
Examples:
  signalbox-cli token revoke editor")]
    Revoke(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its name, by which calls and the log know it
    name: String,
    /// The user for whom its calls are made [default: whom the caller names]
    #[arg(long)]
    user: Option<String>,
    /// The organisation for which they are made [default: which the caller names]
    #[arg(long)]
    org: Option<String>,
    /// The project for which they are made [default: which the caller names]
    #[arg(long)]
    project: Option<String>,
    /// How many calls it may begin in a minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    requests_per_minute: Option<u32>,
    /// How many calls it may have under way
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    concurrent: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its name, or its identifier
    name: String,
}

pub(crate) async fn run(session: &Session, asked: Token) -> Outcome {
    let core = &session.core;
    match asked {
        Token::Create(Create { name, user, org, project, requests_per_minute, concurrent }) => {
            let limits = TokenLimits { requests_per_minute, concurrent };
            let made = core.token_create(TokenCreate { name, user, org, project, limits }).await?;
            session.output.show(&made, |made, _| made.secret.clone())?;
            session.output.note(|style| {
                let name = style.paint(Paint::Bold, &made.token.name);
                format!("This is the token {name}. It is shown only now: only a hash of it is kept")
            });
            Ok(())
        }
        Token::List => show(session, &core.token_list(Empty {}).await?),
        Token::Revoke(Named { name }) => {
            let tokens = core.token_list(Empty {}).await?.tokens;
            let in_use = || tokens.iter().filter(|token| token.revoked_at.is_none());
            let Some(token) = in_use().find(|token| token.name == name || token.id == name) else {
                let known = in_use().map(|token| token.name.as_str());
                return Err(Error::not_found(format!("there is no token {name:?} in use")).hint(names::meant(
                    &name,
                    known,
                    "signalbox-cli token list shows all",
                )));
            };
            show(session, &core.token_revoke(TokenNamed { id: token.id.clone() }).await?)
        }
    }
}

fn show(session: &Session, list: &TokenList) -> Outcome {
    session.output.show(list, |list, style| {
        let mut table = Table::new(&["TOKEN", "ID", "FOR", "LIMITS", "MADE", "LAST USED", ""]);
        for token in &list.tokens {
            table.row(row(token, style));
        }
        table.text(style, "There are no tokens; signalbox-cli token create NAME makes one")
    })
}

fn row(token: &AppToken, style: Style) -> [String; 7] {
    let AppToken { id, name, user, org, project, limits, created_at, last_used_at, revoked_at } = token;
    let whom = [("user", user), ("org", org), ("project", project)];
    let whom = whom.into_iter().filter_map(|(what, name)| Some(format!("{what} {}", name.as_ref()?)));
    let limits = [
        limits.requests_per_minute.map(|most| format!("{most} a minute")),
        limits.concurrent.map(|most| format!("{most} at once")),
    ];
    [
        name.clone(),
        id.clone(),
        whom.collect::<Vec<_>>().join(", "),
        limits.into_iter().flatten().collect::<Vec<_>>().join(", "),
        created_at.to_string(),
        last_used_at.map_or("never".to_owned(), |at| at.to_string()),
        match revoked_at {
            Some(_) => style.signal(Signal::Stop, "revoked"),
            None => style.signal(Signal::Clear, "in use"),
        },
    ]
}
