//! `budget`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use signalbox_api::types::{BudgetList, BudgetNamed, BudgetRow, BudgetSet, Empty};
use signalbox_domain::{Money, Signal};

use crate::{
    error::{Error, Outcome},
    names,
    output::{Style, Table},
    session::Session,
};

/// Show and set budgets, and what was spent
#[derive(Debug, Subcommand)]
pub(crate) enum Budget {
    /// List the budgets and what is used of them
    #[command(after_help = "\
Examples:
  signalbox-cli budget list
  signalbox-cli budget list --json | jq '.budgets[] | select(.refused > 0)'")]
    List,
    /// Set a budget's limit, or make the budget
    #[command(after_help = "\
It is written into signalbox.toml; comments there are kept.

Examples:
  signalbox-cli budget set daily --limit '$5.00'
  signalbox-cli budget set daily --limit 20 --warn-at 0.9")]
    Set(Set),
    /// Remove a budget
    #[command(after_help = "\
Examples:
  signalbox-cli budget remove daily")]
    Remove(Named),
    /// Show what was spent
    #[command(after_help = "\
Examples:
  signalbox-cli budget usage
  signalbox-cli budget usage --by prompt")]
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
    /// The limit in dollars, such as '$5.00' or 0.25
    #[arg(long, value_name = "AMOUNT")]
    limit: String,
    /// The share of the limit at which it warns, over 0 and up to 1
    #[arg(long, value_name = "SHARE")]
    warn_at: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// What it is summed up by: each of the last 21 days, or each prompt today
    #[arg(long, value_enum, default_value_t = By::Day)]
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Day,
    Prompt,
}

pub(crate) async fn run(session: &Session, asked: Budget) -> Outcome {
    match asked {
        Budget::List => show(session, &session.core.budget_list(Empty {}).await?),
        Budget::Set(Set { name, limit, warn_at }) => {
            let known = session.core.budget_list(Empty {}).await?.budgets;
            let is_new = known.iter().all(|budget| budget.name != name);
            let list = session.core.budget_set(BudgetSet { name: name.clone(), limit, warn_at }).await?;
            if is_new {
                session.output.note(|_| format!("The budget {name} is new"));
            }
            show(session, &list)
        }
        Budget::Remove(Named { name }) => {
            let known = session.core.budget_list(Empty {}).await?.budgets;
            if known.iter().all(|budget| budget.name != name) {
                let names = known.iter().map(|budget| budget.name.as_str());
                return Err(Error::not_found(format!("there is no budget {name:?} in signalbox.toml"))
                    .hint(names::meant(&name, names, "signalbox-cli budget list shows all")));
            }
            show(session, &session.core.budget_remove(BudgetNamed { name }).await?)
        }
        Budget::Usage(Usage { by: By::Day }) => by_day(session).await,
        Budget::Usage(Usage { by: By::Prompt }) => by_prompt(session).await,
    }
}

fn show(session: &Session, list: &BudgetList) -> Outcome {
    session.output.show(&json!({ "budgets": list.budgets }), |_, style| {
        let mut table =
            Table::new(&["BUDGET", "SCOPE", "PERIOD", "LIMIT", "SPENT", "HELD", "LEFT", "REFUSED", "", "RESETS"]);
        for budget in &list.budgets {
            table.row([
                budget.name.clone(),
                budget.scope.clone(),
                budget.period.clone(),
                budget.limit.to_string(),
                budget.settled.to_string(),
                budget.held.to_string(),
                budget.left.to_string(),
                budget.refused.to_string(),
                state(budget, style),
                budget.resets_at.to_string(),
            ]);
        }
        table.text(style, "There are no budgets; signalbox-cli budget set NAME --limit AMOUNT makes one")
    })
}

fn state(budget: &BudgetRow, style: Style) -> String {
    let used = budget.settled + budget.held;
    let warns = used.nanos() as f64 >= budget.limit.nanos() as f64 * budget.warn_at;
    match (budget.left == Money::ZERO, warns) {
        (true, _) => style.signal(Signal::Stop, "used up"),
        (false, true) => style.signal(Signal::Caution, "warns"),
        (false, false) => style.signal(Signal::Clear, "clear"),
    }
}

async fn by_day(session: &Session) -> Outcome {
    let days = session.core.budget_list(Empty {}).await?.days;
    session.output.show(&json!({ "days": days }), |_, style| {
        let mut table = Table::new(&["DAY", "SPENT"]);
        for day in &days {
            table.row([day.day.clone(), day.spent.to_string()]);
        }
        table.text(style, "Nothing was spent")
    })
}

async fn by_prompt(session: &Session) -> Outcome {
    let mut prompts: Vec<(String, Money)> = session
        .core
        .prompt_list(Empty {})
        .await?
        .prompts
        .into_iter()
        .map(|row| (row.summary.name.to_string(), row.spent_today))
        .collect();
    prompts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let rows: Vec<_> =
        prompts.iter().map(|(prompt, spent)| json!({ "prompt": prompt, "spent_today": spent })).collect();
    session.output.show(&json!({ "prompts": rows }), |_, style| {
        let mut table = Table::new(&["PROMPT", "SPENT TODAY"]);
        for (prompt, spent) in &prompts {
            table.row([prompt.clone(), spent.to_string()]);
        }
        table.text(style, "There are no prompts")
    })
}
