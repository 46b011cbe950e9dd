//! What pruning removes, and what it must not.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use jiff::Timestamp;
use signalbox_domain::{Amounts, CallStatus, ContentHash, Money, Payer, Settlement, SettlementKind, VoteId};

use crate::{
    CallFilter, LedgerEntry, Place, Pruned, Store, StoredVote,
    testing::{HERE, Told, told},
};

const DAY_MS: i64 = 86_400_000;

fn day(days: i64) -> Timestamp {
    Timestamp::from_millisecond(days * DAY_MS).unwrap()
}

/// Calls of the days 1 to 6, of which the first and the fifth say the same, with a ledger entry each.
async fn week() -> (tempfile::TempDir, Store, Vec<Told>) {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(home.path()).unwrap().store;
    let mut calls: Vec<Told> = (1..=6)
        .map(|day| {
            told(day * DAY_MS + 1, day as u8, "mini", &format!("question {}", day % 4), &format!("answer {}", day % 4))
        })
        .collect();
    // The second is still under way.
    calls[1].stored.call.status = CallStatus::Running;
    let stored = calls.clone();
    store
        .write(move |tx| {
            stored.iter().try_for_each(|told| {
                told.put(tx)?;
                tx.ledger_add(&LedgerEntry {
                    call: told.id(),
                    at: told.stored.call.started_at,
                    admitted_at: told.stored.call.started_at,
                    payer: Payer { project: "support".into(), ..Payer::default() },
                    tokens: 0,
                    held: Amounts::ZERO,
                    model: None,
                    settlement: Settlement::new(Money::from_nanos(5), SettlementKind::Exact),
                })
            })
        })
        .await
        .unwrap();
    (home, store, calls)
}

async fn prune(store: &Store, calls: Option<Timestamp>, bodies: Option<Timestamp>, step: u32) -> Pruned {
    let mut all = Pruned::default();
    for _ in 0..100 {
        let one = store.write(move |tx| tx.log_prune(HERE, calls, bodies, step)).await.unwrap();
        all.calls += one.calls;
        all.texts_of += one.texts_of;
        all.bodies += one.bodies;
        all.kept += one.kept;
        if !one.more {
            return all;
        }
    }
    all.more = true;
    all
}

/// The days whose calls are there, and those whose texts are.
async fn left(store: &Store, calls: &[Told]) -> (Vec<usize>, Vec<usize>) {
    let all: Vec<_> =
        calls.iter().map(|told| (told.id(), ContentHash::of(&told.answer), ContentHash::of(&told.request))).collect();
    store
        .read(move |view| {
            let (mut there, mut texts) = (Vec::new(), Vec::new());
            for (day, (id, answer, request)) in (1..).zip(all) {
                if view.call(id)?.is_some() {
                    there.push(day);
                }
                let (answer, request) = (view.body(answer)?, view.body(request)?);
                assert_eq!(answer.is_some(), request.is_some(), "day {day}");
                if answer.is_some() {
                    texts.push(day);
                }
            }
            Ok((there, texts))
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn old_calls_go_but_neither_the_ledger_nor_a_shared_body_nor_a_running_call() {
    for step in [1, 2, 100] {
        let (_home, store, calls) = week().await;
        let spent = store.read(|view| view.settled_in_all()).await.unwrap();
        let pruned = prune(&store, Some(day(5)), None, step).await;
        assert_eq!((pruned.calls, pruned.more), (3, false), "days 1, 3 and 4, {step} at a time");
        // What day 1 said, day 5 says too; what day 2 says, day 6 says too.
        assert_eq!(left(&store, &calls).await, (vec![2, 5, 6], vec![1, 2, 5, 6]), "{step} at a time");
        assert_eq!(store.read(|view| view.settled_in_all()).await.unwrap(), spent, "the ledger is whole");
        for (text, found) in [("question", 3), ("\"answer 3\"", 0), ("\"answer 1\"", 1)] {
            let filter = CallFilter { text: text.into(), ..CallFilter::default() };
            let page = store.read(move |view| view.call_page(HERE, &filter, Place::Newest, 10)).await.unwrap();
            assert_eq!(page.calls.len(), found, "{text}");
        }
        // Where a page ended at a call that is gone, the next one goes on.
        let gone = Place::Before(calls[2].id());
        let page = store.read(move |view| view.call_page(HERE, &CallFilter::default(), gone, 10)).await.unwrap();
        assert_eq!(page.calls.len(), 1);
    }
}

#[tokio::test]
async fn texts_go_earlier_than_their_calls_and_are_not_found_any_more() {
    for step in [1, 2, 100] {
        let (_home, store, calls) = week().await;
        let pruned = prune(&store, None, Some(day(5)), step).await;
        assert_eq!((pruned.calls, pruned.texts_of, pruned.bodies), (0, 3, 4), "{step} at a time");
        assert_eq!(left(&store, &calls).await, (vec![1, 2, 3, 4, 5, 6], vec![1, 2, 5, 6]));
        for (text, found) in [("question", 3), ("mini", 6)] {
            let filter = CallFilter { text: text.into(), ..CallFilter::default() };
            let page = store.read(move |view| view.call_page(HERE, &filter, Place::Newest, 10)).await.unwrap();
            assert_eq!(page.calls.len(), found, "{text}, {step} at a time");
        }
        let again = prune(&store, None, Some(day(5)), step).await;
        assert_eq!(again, Pruned::default(), "a second time nothing is left to do");
        let later = prune(&store, Some(day(4)), Some(day(7)), step).await;
        assert_eq!((later.calls, later.texts_of), (2, 2), "days 1 and 3 go, and the texts of days 5 and 6");
    }
}

#[tokio::test]
async fn a_call_that_a_vote_names_stays_with_its_texts() {
    let (_home, store, calls) = week().await;
    let vote = StoredVote {
        id: VoteId::new(day(3), [1; 10]),
        at: day(3),
        record: serde_json::json!({ "calls": [calls[2].id(), calls[3].id()] }).to_string(),
    };
    let id = vote.id;
    store.write(move |tx| tx.vote_add(&vote)).await.unwrap();
    prune(&store, Some(day(7)), Some(day(7)), 100).await;
    assert_eq!(left(&store, &calls).await.0, [2, 3, 4]);
    assert!(left(&store, &calls).await.1.starts_with(&[3, 4]) || left(&store, &calls).await.1.contains(&3));
    store.write(move |tx| tx.vote_undo(id, day(8))).await.unwrap();
    prune(&store, Some(day(7)), None, 100).await;
    assert_eq!(left(&store, &calls).await.0, [2], "taken back, it protects nothing");
}

#[tokio::test]
async fn many_voted_calls_at_the_beginning_do_not_keep_pruning_from_its_end() {
    for step in [1, 2, 100] {
        let (_home, store, calls) = week().await;
        let vote = StoredVote {
            id: VoteId::new(day(3), [1; 10]),
            at: day(3),
            record: serde_json::json!({ "calls": [calls[0].id(), calls[2].id()] }).to_string(),
        };
        let id = vote.id;
        store.write(move |tx| tx.vote_add(&vote)).await.unwrap();
        let pruned = prune(&store, Some(day(5)), Some(day(6)), step).await;
        assert_eq!((pruned.calls, pruned.texts_of, pruned.more), (1, 1, false), "day 4 goes, and the texts of day 5");
        assert_eq!(left(&store, &calls).await, (vec![1, 2, 3, 5, 6], vec![1, 2, 3, 5, 6]), "{step} at a time");
        // Taken back, the vote protects neither the calls nor their texts, wherever pruning was meanwhile.
        store.write(move |tx| tx.vote_undo(id, day(8))).await.unwrap();
        let pruned = prune(&store, None, Some(day(6)), step).await;
        assert_eq!((pruned.texts_of, pruned.more), (2, false), "{step} at a time");
        assert_eq!(left(&store, &calls).await, (vec![1, 2, 3, 5, 6], vec![2, 6]), "day 5 said what day 1 said");
        let found = CallFilter { text: "question".into(), ..CallFilter::default() };
        let page = store.read(move |view| view.call_page(HERE, &found, Place::Newest, 10)).await.unwrap();
        assert_eq!(page.calls.len(), 2, "nor are they found by them");
    }
}

#[tokio::test]
async fn another_workspace_keeps_its_calls_and_its_texts() {
    let (_home, store, calls) = week().await;
    let mut other = told(DAY_MS + 2, 99, "mini", "question 1", "answer 1");
    other.stored.workspace = "/elsewhere".into();
    let theirs = other.clone();
    store.write(move |tx| theirs.put(tx)).await.unwrap();
    let pruned = prune(&store, Some(day(7)), Some(day(7)), 2).await;
    assert_eq!(pruned.calls, 5, "all but the one under way");
    let (id, answer) = (other.id(), ContentHash::of(&other.answer));
    let kept = store.read(move |view| Ok((view.call(id)?.is_some(), view.body(answer)?.is_some()))).await.unwrap();
    assert_eq!(kept, (true, true), "the other workspace's call is there, with what both have said");
    let found = CallFilter { text: "question".into(), ..CallFilter::default() };
    let page = store.read(move |view| view.call_page("/elsewhere", &found, Place::Newest, 10)).await.unwrap();
    assert_eq!(page.calls.len(), 1, "and it is found by its words");
    let pruned = store.write(|tx| tx.log_prune("/nowhere", Some(day(9)), None, 9)).await.unwrap();
    assert_eq!(pruned, Pruned::default(), "a workspace without calls has nothing to remove");
    store.write(|tx| tx.log_prune("/elsewhere", Some(day(9)), None, 9)).await.unwrap();
    assert!(store.read(move |view| view.body(answer)).await.unwrap().is_none(), "nobody names it any more");
    assert_eq!(left(&store, &calls).await.0, [2]);
}

#[tokio::test]
async fn a_kept_answer_goes_with_the_texts_of_its_time_and_stays_while_it_is_younger() {
    let (_home, store, calls) = week().await;
    let (call, answer) = (*calls[2].id().as_bytes(), ContentHash::of(&calls[2].answer));
    store
        .write(move |tx| {
            let insert = "INSERT INTO cache (key, call, at, bytes, answer, record) VALUES (?1, ?1, ?3, 1, ?2, '[]')";
            let at = crate::time::to_micros(day(5));
            Ok(tx.connection().execute(insert, (call, answer.as_bytes(), at))?)
        })
        .await
        .unwrap();
    let there = || async { store.read(move |view| view.body(answer)).await.unwrap().is_some() };
    prune(&store, Some(day(5)), None, 100).await;
    assert!(there().await, "the answer was kept later, and may be served again");
    let pruned = prune(&store, None, Some(day(6)), 1).await;
    assert_eq!((pruned.kept, pruned.more), (1, false));
    assert!(!there().await, "its call is long gone, and its text goes with the kept answer");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_stops_nothing_and_goes_too() {
    let (_home, store, calls) = week().await;
    let damaged = calls[0].id();
    store
        .write(move |tx| {
            Ok(tx.connection().execute("UPDATE calls SET record = '{' WHERE id = ?1", [damaged.as_bytes()])?)
        })
        .await
        .unwrap();
    let pruned = prune(&store, None, Some(day(5)), 1).await;
    assert_eq!((pruned.texts_of, pruned.more), (3, false));
    let pruned = prune(&store, Some(day(5)), None, 1).await;
    assert_eq!((pruned.calls, pruned.more), (3, false));
}
