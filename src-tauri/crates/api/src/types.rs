//! What the commands take and give. Types that a lower crate already has are used as they are.

mod app;
mod backup;
mod budget;
mod call;
mod drill;
mod endpoint;
mod event;
mod exchange;
mod item;
mod language;
mod library;
mod log;
mod prompt;
mod provider;
mod route;
mod schema;
mod token;
mod vote;

pub use app::*;
pub use backup::*;
pub use budget::*;
pub use call::*;
pub use drill::*;
pub use endpoint::*;
pub use event::*;
pub use exchange::*;
pub use item::*;
pub use language::*;
pub use library::*;
pub use log::*;
pub use prompt::*;
pub use provider::*;
pub use route::*;
pub use schema::*;
pub use token::*;
pub use vote::*;

pub use signalbox_gateway::{AlertLevel, BudgetAlert, GatewayState, UsageBy};
pub use signalbox_prompts::{
    Prompt, Version,
    language::{Completions, Renaming},
};
pub use signalbox_providers::ConnectionTest;
