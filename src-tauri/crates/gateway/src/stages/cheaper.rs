//! How a plan is made cheaper before it is sent, because a budget says so.

use signalbox_domain::{Amounts, Tier};
use signalbox_workspace::config::Chain;

use crate::{
    StoredRequest,
    pipeline::Passage,
    stages::route::{self, Plan},
};

/// An answer isn't clamped below this many tokens: less helps nobody.
const SHORTEST: u64 = 64;

/// The same plan with the models of the next lower tier that has others and costs less, and the words for it; none when
/// there is no such tier. Where there is no room the whole plan must get cheaper, else what answers first.
pub(crate) fn tier(passage: &Passage, request: &StoredRequest, plan: &mut Plan, no_room: bool) -> Option<String> {
    let route = passage.settings.config.route(passage.call.target.name())?;
    let from = match &route.generate {
        Chain::Tiers(_) => plan.tier?,
        // One list serves every tier: its own is that of what answers first.
        Chain::All(_) => plan.tier.and(plan.candidates.first()).map(|first| first.tier)?,
    };
    let before = plan.names();
    let clamp = u32::try_from(plan.longest()).ok();
    let cost = |plan: &Plan| match plan.candidates.first().filter(|_| !no_room) {
        Some(first) => first.worst_case(),
        None => plan.worst_case(),
    };
    for tier in Tier::ALL.into_iter().rev().filter(|tier| *tier < from) {
        let names = names(passage, &route.generate, tier, &before);
        if names.is_empty() || names == before {
            continue;
        }
        let Some(candidates) = route::candidates(passage, request, plan, &names, clamp) else { continue };
        let (was, old) = (cost(plan), std::mem::replace(&mut plan.candidates, candidates));
        if less(cost(plan), was) {
            plan.tier = Some(tier);
            // Of what is asked now, this is the first.
            plan.first = plan.candidates.first().map(|first| first.model.clone()).unwrap_or_default();
            plan.first_left_out = None;
            let (low, high) = (tier.as_str(), from.as_str());
            return Some(format!("stepped down from tier {high} to {low}: {}", names.join(", then ")));
        }
        plan.candidates = old;
    }
    None
}

/// The models that serve a tier: those of its list, or those of a list for all tiers that aren't above it.
fn names(passage: &Passage, chain: &Chain, tier: Tier, before: &[String]) -> Vec<String> {
    match chain {
        Chain::Tiers(tiers) => tiers.get(&tier).cloned().unwrap_or_default(),
        Chain::All(_) => {
            let model = |name: &String| passage.settings.config.model(name);
            before.iter().filter(|name| model(name).is_some_and(|model| model.tier <= tier)).cloned().collect()
        }
    }
}

/// The same plan with answers half as long, and the words for it; none when that would be too short.
pub(crate) fn half(passage: &Passage, request: &StoredRequest, plan: &mut Plan) -> Option<String> {
    let half = plan.longest() / 2;
    if half < SHORTEST { None } else { clamp(passage, request, plan, half) }
}

/// The same plan with the longest answers that there is room for, and the words for it; none when they would be too short.
pub(crate) fn fitting(passage: &Passage, request: &StoredRequest, plan: &mut Plan, room: Amounts) -> Option<String> {
    let fits = |longest: u64| {
        let needed = plan.worst_case_at(longest);
        needed.money <= room.money && needed.tokens <= room.tokens && needed.requests <= room.requests
    };
    let (mut low, mut high) = (SHORTEST, plan.longest());
    if low >= high || !fits(low) {
        return None;
    }
    // What fits is below what doesn't.
    while low + 1 < high {
        let middle = low.midpoint(high);
        if fits(middle) { low = middle } else { high = middle }
    }
    clamp(passage, request, plan, low)
}

fn clamp(passage: &Passage, request: &StoredRequest, plan: &mut Plan, longest: u64) -> Option<String> {
    let from = plan.longest();
    plan.candidates = route::candidates(passage, request, plan, &plan.names(), u32::try_from(longest).ok())?;
    Some(format!("the answer may have {longest} tokens instead of {from}"))
}

/// Whether something is nowhere more and somewhere less.
fn less(one: Amounts, other: Amounts) -> bool {
    one != other && one.money <= other.money && one.tokens <= other.tokens
}
