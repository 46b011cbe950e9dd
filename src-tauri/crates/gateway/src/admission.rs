//! Whether the budgets admit a call, and what is used of them.
//!
//! # What is reserved
//! The worst case of the whole plan, in money, tokens and requests, before anything is sent: every candidate charged in
//! full and the dearest once more; apart from that, the reserve of the judge. The reading of every budget and the
//! reserving are one transaction, which no other call of any process can come between. Attempts are made only as far as
//! the hold covers them, so what is settled is never more than what was held, but for a provider's own overshoot of the
//! longest answer allowed, which is recorded.
//!
//! # What is settled
//! - The provider counted: exactly that.
//! - Somebody cancelled, or the caller left: the connection is closed, and the call pays its input and what was delivered.
//!   Nothing more is kept: plain cancels must not use a budget up.
//! - The provider failed after it may have begun to work (a time limit ran out, the stream was cut or unreadable): it may
//!   charge the whole answer although nobody heard it. The rest of that attempt's worst case stays charged as doubtful.
//! - A whole answer without a count: the most that its text can be in tokens.
//! - The application stopped: nobody knows what came last, so the worst case of the attempt under way stays charged.
//!
//! # Limits that change
//! A limit that is lowered below what is used already admits nothing more until the period ends; what is under way goes
//! on. Thresholds work on what is settled and held before the call; a warning on what is settled alone, since what is held
//! may come back.
//!
//! # What a budget that is used up still lets through
//! A kept answer, if every budget that refuses the call names `cache_first`: it costs no money and no tokens, so it can't
//! overspend them. It counts as a request, and a limit of requests refuses it like any other.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use signalbox_domain::{Amounts, BudgetRefusal, CallStatus, Money, Role, Unit};
use signalbox_store::{Hold, Notice, Span, StoreError, Tx, Unheard, View};
use signalbox_workspace::config::{Budget, DegradeStep};
use ts_rs::TS;

use crate::period_span;

/// What is used of a budget by one account in its period.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetUse {
    /// The budget.
    pub budget: Budget,
    /// The account that it limits, such as `project:support`.
    pub account: String,
    /// The period.
    pub span: Span,
    /// Used in it.
    pub settled: Amounts,
    /// Reserved by calls under way.
    pub held: Amounts,
}

/// A threshold of a budget that an account has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum AlertLevel {
    /// It is told.
    Warn,
    /// Calls are made cheaper.
    Degrade,
    /// Calls are refused.
    Stop,
}

impl AlertLevel {
    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Warn, Self::Degrade, Self::Stop].into_iter().find(|level| level.as_str() == word)
    }

    /// The word used in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Degrade => "degrade",
            Self::Stop => "stop",
        }
    }
}

/// That an account has passed a threshold of a budget, told once a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BudgetAlert {
    /// The budget's name.
    pub budget: String,
    /// The account, such as `user:ann`.
    pub account: String,
    /// Which threshold.
    pub level: AlertLevel,
    /// What the figures count; nano-dollars where it is dollars.
    pub unit: Unit,
    /// The limit.
    #[ts(type = "number")]
    pub limit: i64,
    /// Used in the period.
    #[ts(type = "number")]
    pub settled: i64,
    /// Reserved by calls under way.
    #[ts(type = "number")]
    pub held: i64,
    /// When the period ends; never for a limit in all.
    #[ts(type = "string | null")]
    pub resets_at: Option<Timestamp>,
    /// The same in words.
    pub text: String,
}

impl BudgetUse {
    /// Reads what an account has used of a budget at this moment.
    pub fn read(
        view: &View<'_>,
        budget: &Budget,
        account: String,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let span = period_span(budget.period, now, zone);
        let used = view.account_use(&account, span.start)?;
        Ok(Self { budget: budget.clone(), account, span, settled: used.settled, held: used.held })
    }

    /// That nothing is used of a budget which covers nobody yet.
    pub fn nothing(budget: &Budget, span: Span) -> Self {
        let (settled, held) = (Amounts::ZERO, Amounts::ZERO);
        Self { budget: budget.clone(), account: budget.scope.to_string(), span, settled, held }
    }

    /// What the limit counts.
    pub fn unit(&self) -> Unit {
        self.budget.limit.unit
    }

    /// Used in the period, in the limit's unit.
    pub fn settled(&self) -> i64 {
        self.settled.of(self.unit())
    }

    /// Reserved by calls under way, in the limit's unit.
    pub fn held(&self) -> i64 {
        self.held.of(self.unit())
    }

    /// What can still be reserved, in the limit's unit.
    pub fn left(&self) -> i64 {
        self.budget.limit.amount.saturating_sub(self.settled()).saturating_sub(self.held()).max(0)
    }

    /// The share of the limit that is used or reserved; over any limit of nothing it is all.
    pub fn share(&self) -> f64 {
        self.share_of(self.settled().saturating_add(self.held()))
    }

    /// The share of the limit that is used.
    pub fn settled_share(&self) -> f64 {
        self.share_of(self.settled())
    }

    /// When the period ends; never for a limit in all.
    pub fn resets_at(&self) -> Option<Timestamp> {
        (self.span.end != Timestamp::MAX).then_some(self.span.end)
    }

    fn share_of(&self, used: i64) -> f64 {
        let limit = self.budget.limit.amount;
        if limit == 0 { 1.0 } else { used as f64 / limit as f64 }
    }

    pub(crate) fn refuses(&self, needed: Amounts) -> Option<BudgetRefusal> {
        let unit = self.unit();
        let needed = needed.of(unit);
        // A call that costs nothing can't overspend anything, not even a limit of nothing.
        let used = self.settled().saturating_add(self.held());
        if needed == 0 || used.saturating_add(needed) <= self.budget.limit.amount {
            return None;
        }
        Some(BudgetRefusal {
            budget: self.budget.name.clone(),
            scope: self.account.clone(),
            unit,
            limit: self.budget.limit.amount,
            settled: self.settled(),
            held: self.held(),
            needed,
            resets_at: self.resets_at(),
        })
    }

    /// That this account has passed a threshold; none when it was told in this period already.
    pub(crate) fn alert(
        &self,
        tx: &Tx<'_>,
        level: AlertLevel,
        now: Timestamp,
    ) -> Result<Option<BudgetAlert>, StoreError> {
        let Self { budget, account, span, .. } = self;
        let notice = Notice { budget: &budget.name, account, level: level.as_str(), period: span.start };
        if !tx.notice_add(notice, now)? {
            return Ok(None);
        }
        let percent = (self.share() * 100.0).floor();
        let (unit, limit) = (self.unit(), budget.limit);
        let used = unit.show(self.settled().saturating_add(self.held()));
        let what = match level {
            AlertLevel::Warn => "has used",
            AlertLevel::Degrade => "gets cheaper answers from here on: it has used",
            AlertLevel::Stop => "was refused a call: it has used",
        };
        Ok(Some(BudgetAlert {
            budget: budget.name.clone(),
            account: account.clone(),
            level,
            unit,
            limit: limit.amount,
            settled: self.settled(),
            held: self.held(),
            resets_at: self.resets_at(),
            text: format!("{account} {what} {percent} % of the budget {}, {used} of {limit}", budget.name),
        }))
    }
}

/// What a call asks of the budgets.
pub struct Ask {
    /// Why the call is made.
    pub role: Role,
    /// The reservation for the plan as it is now.
    pub hold: Hold,
    /// What the judge may need beyond that.
    pub reserve: Amounts,
    /// The steps of degradation that were taken, or can't be, because a threshold was reached.
    pub taken: Vec<DegradeStep>,
    /// The steps that can't make the plan any cheaper.
    pub exhausted: Vec<DegradeStep>,
    /// Whether an answer to the same is kept; none until it was looked for.
    pub kept: Option<bool>,
}

/// What the budgets say.
pub enum Verdict {
    /// The hold is in the database.
    Admitted {
        /// What was used of each budget before.
        uses: Vec<BudgetUse>,
        /// What was reserved, with the judge's reserve if it fitted.
        held: Amounts,
        /// Which budget has no room for the judge's reserve.
        no_reserve: Option<BudgetRefusal>,
    },
    /// A request is in the database, and nothing else is reserved: a kept answer may be served, and nothing may be sent.
    KeptOnly {
        /// What was used of each budget before.
        uses: Vec<BudgetUse>,
        /// Why nothing may be sent.
        instead_of: Box<BudgetRefusal>,
    },
    /// Nothing is reserved: it must be known first whether an answer is kept, since nothing else may be served.
    LookForKept,
    /// Nothing is reserved: the plan must be made cheaper first.
    Cheaper {
        /// How.
        step: DegradeStep,
        /// The budget that says so.
        by: Box<BudgetUse>,
        /// What there is room for in all budgets, where the plan doesn't fit; none where a threshold was reached.
        room: Option<Amounts>,
    },
    /// Nothing is reserved, and nothing will be sent.
    Refused(Box<BudgetRefusal>),
}

/// Reserves what a call needs if every budget admits it. It must run inside the writing transaction: then no other call
/// of any process can come between the reading and the reserving.
pub fn admit(
    tx: &Tx<'_>,
    budgets: &[(Budget, String)],
    zone: &TimeZone,
    mut ask: Ask,
    now: Timestamp,
) -> Result<(Verdict, Vec<BudgetAlert>), StoreError> {
    for expired in tx.holds_expired(now)? {
        // A call that isn't settled keeps its hold, however late it is: a machine that slept, or a full disk. If its
        // process has ended, the next sweep settles it.
        let running = tx.call(expired)?.is_some_and(|stored| stored.call.status == CallStatus::Running);
        if !running {
            tx.hold_remove(expired)?;
        }
    }
    let uses = budgets
        .iter()
        .map(|(budget, account)| BudgetUse::read(tx, budget, account.clone(), zone, now))
        .collect::<Result<Vec<_>, _>>()?;
    let mut alerts = Vec::new();
    for used in uses.iter().filter(|used| used.settled_share() >= used.budget.warn_at) {
        alerts.extend(used.alert(tx, AlertLevel::Warn, now)?);
    }
    // Degradation never touches a judge.
    let may_degrade = ask.role != Role::Judge;
    if may_degrade {
        for used in uses.iter().filter(|used| used.share() >= used.budget.degrade_at) {
            if let Some(step) = used.budget.degrade.iter().find(|step| !ask.taken.contains(step)) {
                alerts.extend(used.alert(tx, AlertLevel::Degrade, now)?);
                let by = Box::new(used.clone());
                return Ok((Verdict::Cheaper { step: *step, by, room: None }, alerts));
            }
        }
    }
    for used in &uses {
        let Some(refusal) = used.refuses(ask.hold.amounts) else { continue };
        // A kept answer needs no room: whether there is one is looked at when nothing else helps.
        let can = |step: &&DegradeStep| **step != DegradeStep::CacheFirst && !ask.exhausted.contains(step);
        if let Some(step) = used.budget.degrade.iter().find(can).filter(|_| may_degrade) {
            let by = Box::new(used.clone());
            return Ok((Verdict::Cheaper { step: *step, by, room: Some(room(&uses)) }, alerts));
        }
        if may_degrade && ask.kept != Some(false) && kept_would_do(&uses, ask.hold.amounts) {
            if ask.kept.is_none() {
                return Ok((Verdict::LookForKept, alerts));
            }
            ask.hold.amounts = KEPT;
            ask.hold.first = Unheard::default();
            tx.hold_put(&ask.hold)?;
            return Ok((Verdict::KeptOnly { uses, instead_of: Box::new(refusal) }, alerts));
        }
        alerts.extend(used.alert(tx, AlertLevel::Stop, now)?);
        return Ok((Verdict::Refused(Box::new(refusal)), alerts));
    }
    let with_reserve = ask.hold.amounts + ask.reserve;
    let no_reserve = uses.iter().find_map(|used| used.refuses(with_reserve));
    if no_reserve.is_none() {
        ask.hold.amounts = with_reserve;
    }
    tx.hold_put(&ask.hold)?;
    Ok((Verdict::Admitted { uses, held: ask.hold.amounts, no_reserve }, alerts))
}

/// What a kept answer uses.
pub(crate) const KEPT: Amounts = Amounts { money: Money::ZERO, tokens: 0, requests: 1 };

/// Whether every budget that has no room for so much would have a kept answer served, and all have room for that.
fn kept_would_do(uses: &[BudgetUse], needed: Amounts) -> bool {
    uses.iter().all(|used| {
        let named = || used.budget.degrade.contains(&DegradeStep::CacheFirst);
        used.refuses(needed).is_none() || (named() && used.refuses(KEPT).is_none())
    })
}

/// What every budget has room for.
fn room(uses: &[BudgetUse]) -> Amounts {
    let left =
        |unit: Unit| uses.iter().filter(|used| used.unit() == unit).map(BudgetUse::left).min().unwrap_or(i64::MAX);
    Amounts {
        money: Money::from_nanos(left(Unit::Dollars)),
        tokens: left(Unit::Tokens),
        requests: left(Unit::Requests),
    }
}

/// The warnings that are due after something was settled.
pub(crate) fn warnings(
    tx: &Tx<'_>,
    budgets: &[(Budget, String)],
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<BudgetAlert>, StoreError> {
    let mut alerts = Vec::new();
    for (budget, account) in budgets {
        let used = BudgetUse::read(tx, budget, account.clone(), zone, now)?;
        if used.settled_share() >= budget.warn_at {
            alerts.extend(used.alert(tx, AlertLevel::Warn, now)?);
        }
    }
    Ok(alerts)
}
