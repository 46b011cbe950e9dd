//! `prompt old-names`.

use clap::Args;
use serde_json::json;
use signalbox_api::types::{Empty, RedirectSet, Redirects};

use crate::{
    error::{Error, Outcome},
    names,
    output::Table,
    session::Session,
};

/// List the names that prompts had, or let one go
#[derive(Debug, Args)]
#[command(after_help = "\
A prompt that was renamed is found by the name that it had, until another prompt takes it or it is let go.

Examples:
  signalbox-cli prompt old-names
  signalbox-cli prompt old-names --let-go support/reply")]
pub(crate) struct OldNames {
    /// An old name that shall lead nowhere from now on
    #[arg(long, value_name = "NAME")]
    let_go: Option<String>,
}

impl OldNames {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let core = &session.core;
        let known: Redirects = core.prompt_redirects(Empty {}).await?;
        let Some(name) = self.let_go else {
            return session.output.show(&known, |known, style| {
                let mut table = Table::new(&["OLD NAME", "LEADS TO"]);
                known.redirects.iter().for_each(|one| table.row([one.from.to_string(), one.to.to_string()]));
                table.text(style, "There are no old names")
            });
        };
        let Some(to) = known.redirects.iter().find(|one| one.from.as_str() == name).map(|one| one.to.to_string())
        else {
            let old = known.redirects.iter().map(|one| one.from.as_str());
            let otherwise = "signalbox-cli prompt old-names lists them";
            return Err(Error::not_found(format!("{name:?} is no old name")).hint(names::meant(&name, old, otherwise)));
        };
        core.prompt_redirect(RedirectSet { from: name.clone(), to: None }).await?;
        let shown = json!({ "name": name, "led_to": to });
        session.output.show(&shown, |_, _| format!("{name} leads nowhere any more; it led to {to}"))
    }
}
