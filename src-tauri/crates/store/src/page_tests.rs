//! Pages against a model that looks at every call.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use signalbox_domain::{
    AttemptState, Badge, CacheHit, CallId, CallStatus, ErrorClass, Failure, Limit, Money, Origin, PromptRef, Role,
    Target,
};

use crate::{
    CallFilter, FailedAttempt, Place, Store,
    testing::{HERE, Told, attempt, told},
};

const MODELS: [&str; 3] = ["mini", "large", "tiny"];
const PROMPTS: [&str; 3] = ["support/reply", "support/triage", "news"];
const ASKED_PROMPTS: [&str; 5] = ["support/reply", "support/triage", "news", "support/*", "s/*"];
const USERS: [&str; 2] = ["ada", "grace"];
const BADGES: [&str; 3] = ["verified", "failed", "unverified"];
const ROUTES: [&str; 2] = ["default", "careful"];
const WORDS: [&str; 6] = ["refund", "refunds", "parcel", "late", "zürich", "日本"];
const STATUSES: [CallStatus; 4] = [CallStatus::Done, CallStatus::Failed, CallStatus::Cancelled, CallStatus::Running];
const FIRST_MS: i64 = 1_760_000_000_000;

fn classes() -> [ErrorClass; 3] {
    [ErrorClass::RateLimited, ErrorClass::Connect, ErrorClass::Timeout { limit: Limit::Idle }]
}

fn kinds() -> [&'static str; 3] {
    ["rate_limited", "connect", "timeout"]
}

/// What is random of one call. Several calls may fall into one millisecond, even with the same random bits.
type Dice = (u8, u8, usize, usize, usize, usize, [bool; 5], usize, (u16, u16));

fn call(
    (
        millis,
        entropy,
        model,
        prompt,
        route,
        status,
        [degraded, cached, fell_back, drill, elsewhere],
        words,
        (cost, took),
    ): Dice,
) -> Told {
    let message = format!("{} {}", WORDS[words % 6], WORDS[words / 6 % 6]);
    let mut told =
        told(FIRST_MS + i64::from(millis) * 400_000, entropy % 4, MODELS[model], &message, WORDS[words / 36 % 6]);
    // Identifiers differ even where their first bits don't.
    let mut bytes = *told.id().as_bytes();
    bytes[12..16].copy_from_slice(&[entropy, words as u8, cost as u8, took as u8]);
    let call = &mut told.stored.call;
    call.id = CallId::from_bytes(bytes);
    call.status = STATUSES[status];
    call.prompt =
        PROMPTS.get(prompt).map(|name| PromptRef { name: (*name).into(), version: Some(1), hash: call.config_hash });
    call.target = ROUTES.get(route).map_or(Target::Model("mini".into()), |name| Target::Route((*name).into()));
    call.role = if drill { Role::Judge } else { Role::Generate };
    call.origin = if drill { Origin::Drill { name: "cut".into() } } else { Origin::App };
    call.degraded = degraded;
    call.caller.user = USERS.get(words % 3).map(|name| (*name).into());
    call.caller.token = (words % 5 == 0).then(|| "phone".into());
    call.badge = match words % 4 {
        0 => Badge::Verified,
        1 => Badge::Failed,
        _ => call.badge.clone(),
    };
    if elsewhere {
        told.stored.workspace = "/elsewhere".into();
    }
    let call = &mut told.stored.call;
    call.cache = cached.then_some(CacheHit { of: call.id, age_ms: 1, stale: false });
    call.total_ms = Some(took.into());
    let settlement = call.settlement.as_mut().unwrap();
    settlement.amount = Money::from_nanos(cost.into());
    if fell_back {
        let failure = Failure::new(classes()[words % 3].clone(), "no").with_status(400 + words as u16 % 3);
        let failed = attempt(1, MODELS[(model + 1) % 3], call.config_hash, call.started_at, Some(failure));
        call.attempts[0].number = 2;
        call.attempts.insert(0, failed);
    }
    if call.status == CallStatus::Failed {
        call.served = None;
        call.failure = Some(Failure::new(classes()[words % 3].clone(), "it failed"));
    }
    told
}

fn dice() -> impl Strategy<Value = Dice> {
    (
        any::<u8>(),
        any::<u8>(),
        0..3_usize,
        0..4_usize,
        0..3_usize,
        0..4_usize,
        any::<[bool; 5]>(),
        0..216_usize,
        (0..50_u16, 0..50_u16),
    )
}

fn filter() -> impl Strategy<Value = CallFilter> {
    let some = |values: &'static [&'static str]| {
        prop_oneof![3 => Just(Vec::new()), 2 => prop::sample::subsequence(values, 1..=2)]
            .prop_map(|values: Vec<&str>| values.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let text = prop_oneof![
        4 => Just(String::new()),
        1 => prop::sample::select(vec!["refund", "REFUND", "ref", "refund late", "late refund", "zurich", "\"late refund\"", "mini parcel", "support", "日", "re", "nothing", "*"]).prop_map(str::to_owned),
    ];
    let attempt = prop::option::weighted(0.2, (0..3_usize, 0..3_usize, 0..5_u16)).prop_map(|attempt| {
        attempt.map(|(model, kind, status)| FailedAttempt {
            provider: (model != 0).then(|| format!("{}-provider", MODELS[model])),
            model: None,
            error: (kind != 0).then(|| kinds()[kind].to_owned()),
            status: (status < 3).then_some(400 + status),
        })
    });
    let numbers = (prop::option::weighted(0.2, 0..50_u16), prop::option::weighted(0.2, 0..50_u16));
    let times = (prop::option::weighted(0.2, any::<u8>()), prop::option::weighted(0.2, any::<u8>()));
    let at = |steps: u8| Timestamp::from_millisecond(FIRST_MS + i64::from(steps) * 400_000).unwrap();
    (
        (text, prop::sample::subsequence(&STATUSES[..], 0..=2), any::<[bool; 4]>()),
        (some(&ASKED_PROMPTS), some(&ROUTES), some(&MODELS), some(&["rate_limited", "connect", "timeout"])),
        (some(&["mini-provider", "tiny-provider"]), some(&USERS), some(&["phone", "desk"]), some(&BADGES)),
        attempt,
        (numbers, times),
    )
        .prop_map(
            move |(
                (text, statuses, flags),
                (prompts, routes, models, errors),
                (providers, users, tokens, badges),
                failed_attempt,
                ((cost, took), (from, to)),
            )| {
                let [degraded, cached, judged, drills] = flags;
                let rarely = models.is_empty() && prompts.is_empty();
                // Of conditions that few calls meet together, one at a time is asked for.
                let only = |values: Vec<String>, asked: bool| if asked { values } else { Vec::new() };
                CallFilter {
                    text,
                    statuses,
                    roles: if judged && rarely { vec![Role::Judge] } else { Vec::new() },
                    providers: only(providers, models.is_empty()),
                    users: only(users, routes.is_empty()),
                    tokens: only(tokens, errors.is_empty() && judged),
                    badges: only(badges, rarely),
                    origins: if drills && !rarely { vec!["drill".into()] } else { Vec::new() },
                    prompts,
                    routes,
                    models,
                    degraded: degraded && rarely,
                    cached: cached && rarely,
                    errors,
                    failed_attempt,
                    cost_at_least: cost.map(|cost| Money::from_nanos(cost.into())),
                    slower_than_ms: took.map(Into::into),
                    from: from.map(at),
                    to: to.map(at),
                }
            },
        )
}

/// Whether a call is meant, by looking at its record.
fn is_meant(filter: &CallFilter, told: &Told) -> bool {
    let call = &told.stored.call;
    let among = |wanted: &[String], has: Option<&str>| {
        wanted.is_empty() || has.is_some_and(|has| wanted.iter().any(|one| one == has))
    };
    let last = call.attempts.last().unwrap();
    let model = call.served.as_ref().map_or(&last.model, |served| &served.model);
    let kind = |class: &ErrorClass| kinds()[classes().iter().position(|one| one == class).unwrap()];
    let attempt_fits = |wanted: &FailedAttempt| {
        call.status != CallStatus::Running
            && call.attempts.iter().any(|attempt| {
                let AttemptState::Failed { failure } = &attempt.state else { return false };
                wanted.provider.as_ref().is_none_or(|name| *name == attempt.provider)
                    && wanted.error.as_ref().is_none_or(|name| name == kind(&failure.class))
                    && wanted.status.is_none_or(|status| failure.status == Some(status))
            })
    };
    let origin = if call.origin == Origin::App { "app" } else { "drill" };
    let route = match &call.target {
        Target::Route(name) => Some(name.as_str()),
        Target::Model(_) => None,
    };
    let provider = call.served.as_ref().map_or(&last.provider, |served| &served.provider);
    let prompt_fits = |name: &str| {
        filter
            .prompts
            .iter()
            .any(|one| one == name || one.strip_suffix('*').is_some_and(|begin| name.starts_with(begin)))
    };
    let name = call.prompt.as_ref().map(|prompt| prompt.name.as_str());
    told.stored.workspace == HERE
        && text_fits(&filter.text, told)
        && (filter.statuses.is_empty() || filter.statuses.contains(&call.status))
        && (filter.roles.is_empty() || filter.roles.contains(&call.role))
        && (filter.prompts.is_empty() || name.is_some_and(prompt_fits))
        && among(&filter.providers, Some(provider))
        && among(&filter.users, call.caller.user.as_deref())
        && among(&filter.tokens, call.caller.token.as_deref())
        && among(&filter.badges, Some(call.badge.as_str()))
        && among(&filter.routes, route)
        && among(&filter.models, Some(model))
        && among(&filter.origins, Some(origin))
        && among(&filter.errors, call.failure.as_ref().map(|failure| kind(&failure.class)))
        && (!filter.degraded || call.degraded)
        && (!filter.cached || call.cache.is_some())
        && filter.failed_attempt.as_ref().is_none_or(attempt_fits)
        && filter.cost_at_least.is_none_or(|least| call.settlement.unwrap().amount >= least)
        && filter.slower_than_ms.is_none_or(|millis| call.total_ms.unwrap() > millis)
        && filter.from.is_none_or(|from| call.started_at >= from)
        && filter.to.is_none_or(|to| call.started_at < to)
}

fn text_fits(text: &str, told: &Told) -> bool {
    let call = &told.stored.call;
    let fold = |text: &str| text.to_lowercase().replace('ü', "u");
    // The attempts of a call are known when it has ended.
    let models: Vec<&str> = match &call.served {
        Some(served) if call.status == CallStatus::Running => vec![&served.model],
        _ => call.attempts.iter().map(|attempt| attempt.model.as_str()).collect(),
    };
    let fields: Vec<Vec<String>> = [
        told.message.clone(),
        String::from_utf8(told.answer.clone()).unwrap(),
        call.prompt.as_ref().map(|prompt| prompt.name.clone()).unwrap_or_default(),
        models.join(" "),
        call.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default(),
    ]
    .iter()
    .map(|field| fold(field).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect())
    .collect();
    let has = |word: &str, begins: bool| {
        fields.iter().flatten().any(|one| if begins { one.starts_with(word) } else { one == word })
    };
    match text {
        "" => true,
        "*" => false,
        "\"late refund\"" => fields.iter().any(|field| field.windows(2).any(|two| two == ["late", "refund"])),
        _ => {
            let text = fold(text);
            let words: Vec<&str> = text.split(' ').collect();
            let (last, others) = words.split_last().unwrap();
            others.iter().all(|word| has(word, false)) && has(last, last.len() >= 3)
        }
    }
}

#[test]
fn pages_show_what_a_look_at_every_call_would() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::deterministic();
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap().store;
    let mut calls: Vec<Told> = (0..400).map(|_| call(dice().new_tree(&mut runner).unwrap().current())).collect();
    let mut seen = BTreeSet::new();
    calls.retain(|told| seen.insert(told.id()));
    let stored = calls.clone();
    runtime.block_on(store.write(move |tx| stored.iter().try_for_each(|told| told.put(tx)))).unwrap();
    // The same call again, as at its end: nothing is there twice.
    let again = calls.clone();
    runtime.block_on(store.write(move |tx| again.iter().take(100).try_for_each(|told| told.put(tx)))).unwrap();
    let mut met = 0;
    for number in 0..240_usize {
        let filter = filter().new_tree(&mut runner).unwrap().current();
        let expected: BTreeSet<CallId> = calls.iter().filter(|told| is_meant(&filter, told)).map(Told::id).collect();
        met += usize::from(!expected.is_empty());
        // Every way to the rows gives the same.
        let few = [0, 20, 4_000][number % 3];
        let limit = [5, 40, 200][number / 3 % 3];
        let (down, up, count) = runtime
            .block_on(store.read(move |view| {
                let (mut down, mut up) = (Vec::new(), Vec::new());
                let mut place = Place::Newest;
                loop {
                    let page = view.page(HERE, &filter, place, limit, few)?;
                    let is_first = down.is_empty();
                    assert_eq!(page.newer.is_none(), is_first || page.calls.is_empty(), "{filter:?}");
                    down.extend(page.calls.iter().map(|stored| stored.call.id));
                    match page.older {
                        Some(older) => place = Place::Before(older),
                        None => break,
                    }
                }
                if let Some(last) = down.last() {
                    let mut place = Place::After(*last);
                    up.push(*last);
                    loop {
                        let page = view.page(HERE, &filter, place, limit, few)?;
                        up.extend(page.calls.iter().rev().map(|stored| stored.call.id));
                        match page.newer {
                            Some(newer) => place = Place::After(newer),
                            None => break,
                        }
                    }
                }
                let count = view.call_count(HERE, &filter)?;
                Ok((down, up, (count, format!("{filter:?}"))))
            }))
            .unwrap();
        let (count, filter) = count;
        assert_eq!(down.iter().copied().collect::<BTreeSet<_>>(), expected, "{filter} with {few}");
        assert_eq!(down.len(), expected.len(), "no call is there twice: {filter} with {few}");
        assert!(
            down.is_sorted_by_key(|id| std::cmp::Reverse(crate::tables::log::key_of(*id) >> 12)),
            "newest first: {filter}"
        );
        assert_eq!(up.into_iter().rev().collect::<Vec<_>>(), down, "the way back is the same: {filter}");
        assert_eq!((count.count as usize, count.more), (expected.len(), false), "{filter}");
    }
    assert!(met > 60, "only {met} filters met anything");
}

#[tokio::test]
async fn nothing_that_is_typed_breaks_a_search() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap().store;
    let call = told(FIRST_MS, 1, "mini", "It's \"late\", isn't it? 100% AND (more) OR NEAR/2 🚂 naïve", "ok");
    store.write(move |tx| call.put(tx)).await.unwrap();
    for (typed, found) in [
        ("", 1),
        ("late", 1),
        ("\"late\"", 1),
        ("it's \"late", 1),
        ("AND", 1),
        ("NOT late", 0),
        ("late*", 1),
        ("^late", 1),
        ("messages:late", 0),
        ("(more) OR", 1),
        ("NEAR(late, 2)", 0),
        ("'; DROP TABLE calls; --", 0),
        ("🚂", 0),
        ("late 🚂", 1),
        ("*", 0),
        ("\"\"\"\"", 0),
        ("naive", 1),
        ("late\0more", 0),
        ("\u{301}\u{301}", 0),
        ("late - more", 1),
        ("{late}", 1),
    ] {
        let filter = CallFilter { text: typed.into(), ..CallFilter::default() };
        let page = store.read(move |view| view.call_page(HERE, &filter, Place::Newest, 10)).await.unwrap();
        assert_eq!(page.calls.len(), found, "{typed:?}");
    }
    let long = "word ".repeat(100_000);
    let filter = CallFilter { text: long, ..CallFilter::default() };
    store.read(move |view| view.call_page(HERE, &filter, Place::Newest, 10)).await.unwrap();
}

#[tokio::test]
async fn facets_are_the_values_that_occur() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap().store;
    let empty = store.read(|view| view.call_facets(HERE)).await.unwrap();
    assert_eq!(empty, crate::Facets::default());
    let calls: Vec<Told> = [(0, 1), (1, 0), (2, 1)]
        .map(|(model, status)| call((model as u8, 0, model, 3 - model, 0, status, [false; 5], 4, (0, 0))))
        .into();
    store.write(move |tx| calls.iter().try_for_each(|told| told.put(tx))).await.unwrap();
    let facets = store.read(|view| view.call_facets(HERE)).await.unwrap();
    assert_eq!(facets.models, ["large", "mini", "tiny"]);
    assert_eq!(facets.prompts, ["news", "support/triage"]);
    assert_eq!(facets.routes, ["default"]);
    assert_eq!(facets.errors, ["connect"]);
    assert_eq!(facets.origins, ["app"]);
    assert_eq!(facets.users, ["grace"]);
    let elsewhere = store.read(|view| view.call_facets("/elsewhere")).await.unwrap();
    assert_eq!(elsewhere, crate::Facets::default(), "another workspace sees nothing of it");
}

#[tokio::test]
async fn one_record_that_cannot_be_read_hides_no_other() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap().store;
    let calls: Vec<Told> = (0..5_u8).map(|n| told(FIRST_MS + i64::from(n), n, "mini", "late", "ok")).collect();
    let damaged = [calls[1].id(), calls[2].id()];
    let ids: Vec<CallId> = calls.iter().map(Told::id).collect();
    store
        .write(move |tx| {
            calls.iter().try_for_each(|told| told.put(tx))?;
            for id in damaged {
                tx.connection().execute("UPDATE calls SET record = '{' WHERE id = ?1", [id.as_bytes()])?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let (mut place, mut seen, mut unreadable) = (Place::Newest, Vec::new(), 0);
    for _ in 0..9 {
        let at = place;
        // Two at a time: one page holds nothing but the damaged ones.
        let limit = if seen.len() == 2 { 2 } else { 1 };
        let page = store.read(move |view| view.call_page(HERE, &CallFilter::default(), at, limit)).await.unwrap();
        seen.extend(page.calls.iter().map(|stored| stored.call.id));
        unreadable += page.unreadable;
        match page.older {
            Some(older) => place = Place::Before(older),
            None => break,
        }
    }
    assert_eq!(seen, [ids[4], ids[3], ids[0]]);
    assert_eq!(unreadable, 2);
}
