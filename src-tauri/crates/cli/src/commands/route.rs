//! `route`.

use clap::Subcommand;
use signalbox_api::types::{Empty, RouteDetail, RouteSettings, TierChain};

use crate::{
    describe::duration,
    error::Outcome,
    output::{Paint, Style},
    session::Session,
};

/// List routes
#[derive(Debug, Subcommand)]
pub(crate) enum Route {
    /// List the routes with their chains of models and their limits
    #[command(after_help = "\
Examples:
  signalbox-cli route list
  signalbox-cli route list --json | jq '.routes[].name'")]
    List,
}

pub(crate) async fn run(session: &Session, asked: Route) -> Outcome {
    let Route::List = asked;
    let list = session.core.route_list(Empty {}).await?;
    session.output.show(&list, |list, style| {
        let routes: Vec<String> = list.routes.iter().map(|route| text(route, style)).collect();
        if routes.is_empty() { "There are no routes in signalbox.toml".to_owned() } else { routes.join("\n\n") }
    })
}

fn text(route: &RouteDetail, style: Style) -> String {
    let RouteSettings { generate, classify, judge, first_token_ms, idle_ms, total_ms, .. } = &route.settings;
    let RouteSettings { max_output, patience_ms, integrity, cache, .. } = &route.settings;
    let chain = |models: &[String]| models.join(" → ");
    let mut lines = vec![style.paint(Paint::Bold, &route.name)];
    for TierChain { tier, models } in generate {
        let tier = tier.map(|tier| format!(" ({})", tier.as_str())).unwrap_or_default();
        lines.push(format!("  generate{tier}: {}", chain(models)));
    }
    if !classify.is_empty() {
        lines.push(format!("  classify: {}", chain(classify)));
    }
    if let Some(judge) = judge {
        lines.push(format!("  judge: {}", chain(&judge.models)));
    }
    lines.push(format!(
        "  limits: first token {}, idle {}, total {}, {max_output} tokens out",
        duration(*first_token_ms),
        duration(*idle_ms),
        duration(*total_ms)
    ));
    lines.push(format!("  patience: {}", duration(*patience_ms)));
    if *integrity {
        lines.push("  integrity: an answer is held back until it is whole".to_owned());
    }
    if let Some(cache) = cache {
        let stale = if cache.stale { ", and older ones when the chain has failed" } else { "" };
        lines.push(format!("  cache: answers up to {} old{stale}", duration(cache.max_age_ms)));
    }
    lines.join("\n")
}
