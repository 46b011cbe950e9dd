//! The pipeline: one way through which every call to a model goes.
//!
//! ```text
//! request → resolve → render → guard in → route → hold → cache → attempts → guard out → parse → judge → badge → settle → record
//! ```
//!
//! [`Gateway::call`] is the only entrance. A call runs in a task of its own, so that it is settled and recorded even
//! when its caller has gone; the caller watches it by the events of [`Calling`].
//!
//! What this crate never does: it speaks no wire protocol (that is `providers`), writes no SQL (`store`), reads no key
//! itself (`secrets`) and knows nothing of windows or commands.

mod admission;
mod alarm;
mod answer;
mod budgets;
mod cache_key;
mod chain;
mod clock;
mod connect;
mod cooling;
mod course;
mod drills;
mod event;
mod flights;
mod forecast;
mod gateway;
mod health;
mod listener;
mod observer;
mod period;
mod pipeline;
mod preview;
mod prices;
mod recorder;
mod recovery;
mod refused;
mod request;
mod settings;
mod stages;
mod state;
mod tokens;
mod usage;

pub use admission::{AlertLevel, Ask, BudgetAlert, BudgetUse, Verdict, admit};
pub use alarm::Alarm;
pub use answer::StoredReply;
pub use budgets::BudgetState;
pub use clock::SystemClock;
pub use connect::connect;
pub use cooling::{CoolDown, CoolWhat};
pub use course::{CoursePoint, course, trend};
pub use drills::{DrillInfo, drills};
pub use event::{CallEvent, Calling};
pub use forecast::Forecast;
pub use gateway::{Gateway, Parts, entropy};
pub use health::Health;
pub use observer::{Ended, Observer};
pub use period::{day_span, period_span};
pub use preview::Preview;
pub use prices::{PriceOrigin, PriceTable, Priced};
pub use request::{CallRequest, Delivery, PromptText, StoredRequest};
pub use settings::Settings;
pub use state::{GatewayState, ProviderSignal};
pub use tokens::{CountMemo, Counted, Ratios, TokenCounter};
pub use usage::{Account, UsageBy, UsageRow, UsageTable};

#[cfg(test)]
mod tests;
