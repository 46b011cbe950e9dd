//! Accounts say what the ledger and the holds say.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use jiff::Timestamp;
use proptest::prelude::*;
use rusqlite::Connection;
use signalbox_domain::{Amounts, CallId, Money, Payer, Settlement, SettlementKind};

use crate::{AccountUse, Hold, LedgerEntry, Owner, Span, StoreError, Tx, View, migrate::migrate};

fn opened() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, std::path::Path::new("nowhere")).unwrap();
    connection
}

fn payer(user: u8) -> Payer {
    Payer {
        user: (user > 0).then(|| format!("user {user}")),
        project: "support".into(),
        prompt: Some("reply".into()),
        ..Payer::default()
    }
}

fn entry(number: u32, minute: i64, user: u8, nanos: i64) -> LedgerEntry {
    let at = Timestamp::from_second(1_700_000_000 + minute * 60).unwrap();
    let mut entropy = [0; 10];
    entropy[..4].copy_from_slice(&number.to_be_bytes());
    LedgerEntry {
        call: CallId::new(at, entropy),
        at,
        admitted_at: at,
        payer: payer(user),
        model: Some("mini".into()),
        settlement: Settlement {
            doubtful: Money::from_nanos(2),
            ..Settlement::new(Money::from_nanos(nanos), SettlementKind::LowerBound)
        },
        tokens: nanos / 10,
        held: Amounts::ZERO,
    }
}

/// Every account with something in it, as it is stored.
fn stored(connection: &Connection) -> Vec<(String, Vec<Option<i64>>)> {
    let mut all = Vec::new();
    for (table, columns) in [
        ("accounts", "quarter, nanos, tokens, requests, held_nanos, held_tokens, held_requests"),
        ("account_marks", "quarter, nanos, tokens, requests"),
    ] {
        let mut statement =
            connection.prepare(&format!("SELECT account, {columns} FROM {table} ORDER BY account, quarter")).unwrap();
        let count = statement.column_count();
        let rows = statement
            .query_map([], |row| {
                let values: Vec<Option<i64>> = (1..count).map(|column| row.get(column)).collect::<Result<_, _>>()?;
                Ok((format!("{table} {}", row.get::<_, String>(0)?), values))
            })
            .unwrap();
        all.extend(
            rows.map(Result::unwrap).filter(|(_, values)| values.iter().any(|value| value.is_some_and(|v| v != 0))),
        );
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever the order of times: a clock may be set back.
    #[test]
    fn what_an_account_has_used_is_the_sum_of_its_ledger(
        rows in proptest::collection::vec((0..3_000_i64, 0..3_u8, 0..1_000_i64), 1..40),
        asked in proptest::collection::vec((0..200_i64, 0..200_i64), 1..6),
    ) {
        let connection = opened();
        let tx = Tx::of(&connection);
        let rows: Vec<_> =
            (0..).zip(rows).map(|(number, (minute, user, nanos))| entry(number, minute, user, nanos)).collect();
        for row in &rows {
            tx.ledger_add(row).unwrap();
        }
        let quarter = |count: i64| Timestamp::from_second((1_700_000_000 / 900 + count) * 900).unwrap();
        for (from, to) in asked {
            let span = Span { start: quarter(from.min(to)), end: quarter(from.max(to)) };
            for account in ["user:user 1", "user:user 2", "project:support", "prompt:reply", "model:mini", "org:none"] {
                let counts = |row: &&LedgerEntry| {
                    row.payer.accounts().any(|one| one == account) || account == "model:mini"
                };
                let sum = |rows: &mut dyn Iterator<Item = &LedgerEntry>| {
                    rows.map(LedgerEntry::charged).fold(Amounts::ZERO, |sum, one| sum + one)
                };
                let since = sum(&mut rows.iter().filter(counts).filter(|row| row.at >= span.start));
                prop_assert_eq!(tx.account_use(account, span.start).unwrap().settled, since, "{} since", account);
                let inside = sum(&mut rows.iter().filter(counts).filter(|row| row.at >= span.start && row.at < span.end));
                prop_assert_eq!(tx.account_settled(account, span).unwrap(), inside, "{} inside", account);
            }
        }
        let before = stored(&connection);
        tx.accounts_rebuild().unwrap();
        prop_assert_eq!(stored(&connection), before, "the same is made from the ledger alone");
    }
}

#[test]
fn what_is_reserved_is_counted_on_every_account_until_it_is_given_back() {
    let connection = opened();
    let tx = Tx::of(&connection);
    let amounts = Amounts { money: Money::from_nanos(7), tokens: 5, requests: 1 };
    let hold = |number: u8, user: u8| Hold {
        call: CallId::new(Timestamp::UNIX_EPOCH, [number; 10]),
        owner: Owner(uuid::Uuid::nil()),
        payer: payer(user),
        amounts,
        first: crate::Unheard::default(),
        expires_at: Timestamp::UNIX_EPOCH,
    };
    for (number, user) in [(1, 1), (2, 2), (3, 0)] {
        tx.hold_put(&hold(number, user)).unwrap();
    }
    let held = |account: &str| tx.account_use(account, Timestamp::UNIX_EPOCH).unwrap().held;
    let times = |count: i64| Amounts { money: Money::from_nanos(7 * count), tokens: 5 * count, requests: count };
    assert_eq!([held("user:user 1"), held("project:support"), held("org:x")], [times(1), times(3), times(0)]);
    let before = stored(&connection);
    tx.accounts_rebuild().unwrap();
    assert_eq!(stored(&connection), before);
    for number in [1, 2, 3, 3] {
        tx.hold_remove(hold(number, 0).call).unwrap();
    }
    assert_eq!(held("project:support"), Amounts::ZERO, "giving back twice gives nothing back");
    assert_eq!(stored(&connection), []);
}

#[test]
fn old_rows_count_for_their_project() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let mut old = crate::migrate::at_schema(&path, 2);
    old.execute_batch(
        "INSERT INTO ledger VALUES (x'01', 1700000000000000, 'support', 'reply', 'mini', 40, 'exact');
         INSERT INTO ledger VALUES (x'02', 1700009000000000, 'support', NULL, NULL, 2, 'lower_bound');
         INSERT INTO holds VALUES (zeroblob(16), zeroblob(16), 'support', 9, 0);",
    )
    .unwrap();
    migrate(&mut old, &path).unwrap();
    let view = View(&old);
    let money = |nanos| Amounts { money: Money::from_nanos(nanos), tokens: 0, requests: 0 };
    let used = |account: &str, second: i64| -> Result<AccountUse, StoreError> {
        view.account_use(account, Timestamp::from_second(second).unwrap())
    };
    let all = AccountUse { settled: Amounts { requests: 2, ..money(42) }, held: money(9) };
    assert_eq!(used("project:support", 0).unwrap(), all);
    assert_eq!(used("project:support", 1_700_008_200).unwrap().settled, Amounts { requests: 1, ..money(2) });
    assert_eq!(used("prompt:reply", 0).unwrap().settled, Amounts { requests: 1, ..money(40) });
    let holds = view.holds().unwrap();
    assert_eq!(holds[0].payer, Payer { project: "support".into(), ..Payer::default() });
}
