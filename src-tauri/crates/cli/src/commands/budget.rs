//! `budget`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use signalbox_api::types::{BudgetList, BudgetNamed, BudgetRow, BudgetSet, Empty, UsageBy, UsageRequest};
use signalbox_domain::Signal;

use crate::{
    error::{Error, Outcome},
    names,
    output::{Style, Table},
    session::Session,
};

/// Show and set budgets, and what was used
#[derive(Debug, Subcommand)]
pub(crate) enum Budget {
    /// List the budgets and what is used of them
    #[command(after_help = "\
Of a budget that limits each account by itself, the account that is nearest to the limit is shown; --json has all.

Examples:
  signalbox-cli budget list
  signalbox-cli budget list --json | jq '.budgets[] | select(.refused > 0)'")]
    List,
    /// Change a budget, or make it
    #[command(after_help = "\
It is written into signalbox.toml; comments there are kept. What isn't given stays as it is.

Examples:
  signalbox-cli budget set daily --limit '$5.00'
  signalbox-cli budget set daily --limit 20 --warn-at 0.9
  signalbox-cli budget set ann --limit '200_000 tokens' --scope user:ann --period month
  signalbox-cli budget set daily --degrade-at 0.8 --degrade cheaper_tier,clamp_output
  signalbox-cli budget set daily --limit '$1' --preview")]
    Set(Set),
    /// Remove a budget
    #[command(after_help = "\
Examples:
  signalbox-cli budget remove daily")]
    Remove(Named),
    /// Show what was used
    #[command(after_help = "\
What a provider may still charge counts as used. By user, org, project, prompt, token or model, those who used something
are shown, the most money first; by day, every day.

Examples:
  signalbox-cli budget usage
  signalbox-cli budget usage --by user --days 7
  signalbox-cli budget usage --by prompt --of project:support
  signalbox-cli budget usage --by model --export")]
    Usage(Usage),
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The budget's name in signalbox.toml
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The budget's name in signalbox.toml
    name: String,
    /// The limit: dollars such as '$5.00' or 0.25, '200_000 tokens' or '500 requests'
    #[arg(long, value_name = "AMOUNT")]
    limit: Option<String>,
    /// What it limits: user:*, org:*, project:*, prompt:* or token:* for each by itself, or a name for the star
    #[arg(long)]
    scope: Option<String>,
    /// When it begins anew: day, week, month, or total for never
    #[arg(long)]
    period: Option<String>,
    /// The share of the limit at which it warns, over 0 and up to 1
    #[arg(long, value_name = "SHARE")]
    warn_at: Option<f64>,
    /// The share of the limit from which calls are made cheaper, over 0 and up to 1
    #[arg(long, value_name = "SHARE")]
    degrade_at: Option<f64>,
    /// How they are made cheaper, in this order: cheaper_tier, clamp_output, cache_first; none for not at all
    #[arg(long, value_name = "STEPS", value_delimiter = ',')]
    degrade: Option<Vec<String>>,
    /// What a million tokens of a model without a price count as, in dollars; block refuses such models
    #[arg(long, value_name = "AMOUNT")]
    unknown_price: Option<String>,
    /// Show what it would have refused and made cheaper last week, and change nothing
    #[arg(long)]
    preview: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// By what it is counted apart
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
    /// How many days, today among them; up to 366
    #[arg(long, value_name = "N", default_value_t = 21)]
    days: u32,
    /// Of one account only, such as user:ann or project:support
    #[arg(long, value_name = "ACCOUNT")]
    of: Option<String>,
    /// Write it into a CSV file in the state folder, and say where that is
    #[arg(long)]
    export: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    User,
    Org,
    Project,
    Prompt,
    Token,
    Model,
}

impl From<By> for UsageBy {
    fn from(by: By) -> Self {
        match by {
            By::Day => Self::Day,
            By::User => Self::User,
            By::Org => Self::Org,
            By::Project => Self::Project,
            By::Prompt => Self::Prompt,
            By::Token => Self::Token,
            By::Model => Self::Model,
        }
    }
}

pub(crate) async fn run(session: &Session, asked: Budget) -> Outcome {
    match asked {
        Budget::List => show(session, &session.core.budget_list(Empty {}).await?),
        Budget::Set(asked) => set(session, asked).await,
        Budget::Remove(Named { name }) => {
            let known = session.core.budget_list(Empty {}).await?.budgets;
            if known.iter().all(|budget| budget.name != name) {
                let names = known.iter().map(|budget| budget.name.as_str());
                return Err(Error::not_found(format!("there is no budget {name:?} in signalbox.toml"))
                    .hint(names::meant(&name, names, "signalbox-cli budget list shows all")));
            }
            show(session, &session.core.budget_remove(BudgetNamed { name }).await?.list)
        }
        Budget::Usage(asked) => usage(session, asked).await,
    }
}

async fn set(session: &Session, asked: Set) -> Outcome {
    let Set { name, limit, scope, period, warn_at, degrade_at, degrade, unknown_price, preview } = asked;
    let degrade = degrade.map(|steps| if steps == ["none"] { Vec::new() } else { steps });
    let change = BudgetSet { name: name.clone(), limit, warn_at, scope, period, degrade_at, degrade, unknown_price };
    if preview {
        let found = session.core.budget_preview(change).await?;
        return session.output.show(&json!(found), |_, _| {
            let spared = if found.refused == 0 { String::new() } else { format!(", which cost {}", found.spared) };
            format!("{name}: {}{spared}", found.text)
        });
    }
    let known = session.core.budget_list(Empty {}).await?.budgets;
    let is_new = known.iter().all(|budget| budget.name != name);
    let list = session.core.budget_set(change).await?.list;
    if is_new {
        session.output.note(|_| format!("The budget {name} is new"));
    }
    show(session, &list)
}

fn show(session: &Session, list: &BudgetList) -> Outcome {
    session.output.show(&json!({ "budgets": list.budgets }), |_, style| {
        let mut table = Table::new(&[
            "BUDGET", "COVERS", "FULLEST", "PERIOD", "LIMIT", "USED", "HELD", "LEFT", "REFUSED", "", "RESETS",
        ]);
        for budget in &list.budgets {
            let amount = |amount| budget.unit.show(amount);
            table.row([
                budget.name.clone(),
                budget.covers.clone(),
                budget.scope.clone(),
                budget.period.clone(),
                amount(budget.limit),
                amount(budget.standing.settled),
                amount(budget.standing.held),
                amount(budget.standing.left),
                budget.refused.to_string(),
                state(budget, style),
                budget.resets_at.map_or_else(|| "never".to_owned(), |resets| resets.to_string()),
            ]);
        }
        table.text(style, "There are no budgets; signalbox-cli budget set NAME --limit AMOUNT makes one")
    })
}

fn state(budget: &BudgetRow, style: Style) -> String {
    let reaches =
        |share: f64| budget.standing.settled.saturating_add(budget.standing.held) as f64 >= budget.limit as f64 * share;
    if budget.standing.left == 0 {
        style.signal(Signal::Stop, "used up")
    } else if !budget.degrade.is_empty() && reaches(budget.degrade_at) {
        style.signal(Signal::Caution, "makes cheaper")
    } else if reaches(budget.warn_at) {
        style.signal(Signal::Caution, "warns")
    } else {
        style.signal(Signal::Clear, "clear")
    }
}

async fn usage(session: &Session, Usage { by, days, of, export }: Usage) -> Outcome {
    let asked = UsageRequest { by: by.into(), days, account: of };
    if export {
        let written = session.core.budget_export(asked).await?;
        return session.output.show(&json!({ "path": written.path }), |_, _| written.path.clone());
    }
    let report = session.core.budget_usage(asked).await?;
    session.output.show(&json!(report), |_, style| {
        let word = report.by.as_str().to_uppercase();
        let mut table = Table::new(&[word.as_str(), "SPENT", "TOKENS", "REQUESTS"]);
        for row in &report.rows {
            let used = row.used;
            table.row([row.name.clone(), used.money.to_string(), used.tokens.to_string(), used.requests.to_string()]);
        }
        table.text(style, "Nothing was used")
    })
}
