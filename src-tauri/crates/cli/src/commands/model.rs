//! `model`.

use clap::Subcommand;
use serde_json::json;
use signalbox_api::types::{Candidate, Empty};
use signalbox_domain::{Price, Signal};

use crate::{
    error::Outcome,
    output::{Style, Table},
    session::Session,
};

/// List models
#[derive(Debug, Subcommand)]
pub(crate) enum Model {
    /// List the models with their prices and what keeps them from being called
    #[command(after_help = "\
Prices are dollars for a million tokens.

Examples:
  signalbox-cli model list
  signalbox-cli model list --json | jq '.models[].model.name'")]
    List,
}

pub(crate) async fn run(session: &Session, asked: Model) -> Outcome {
    let Model::List = asked;
    let models = session.core.route_list(Empty {}).await?.candidates;
    session.output.show(&json!({ "models": models }), |_, style| {
        let mut table = Table::new(&["MODEL", "PROVIDER", "TIER", "INPUT", "OUTPUT", "ROUTES", ""]);
        for candidate in &models {
            table.row(row(candidate, style));
        }
        table.text(style, "There are no models in signalbox.toml; signalbox-cli provider connect adds some")
    })
}

fn row(candidate: &Candidate, style: Style) -> [String; 7] {
    let model = &candidate.model;
    let rate = |of: fn(&Price) -> String| model.price.as_ref().map_or("unknown".to_owned(), of);
    [
        model.name.clone(),
        candidate.provider.clone(),
        model.tier.as_str().to_owned(),
        rate(|price| price.rates.input.to_string()),
        rate(|price| price.rates.output.to_string()),
        model.routes.join(", "),
        match &candidate.problem {
            Some(problem) => style.signal(Signal::Stop, problem),
            None => style.signal(candidate.signal, &candidate.word),
        },
    ]
}
