#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use jiff::Timestamp;

use super::*;

fn token(requests_per_minute: Option<u32>, concurrent: Option<u32>) -> AppToken {
    AppToken {
        id: "a1".into(),
        name: "app".into(),
        user: None,
        org: None,
        project: None,
        limits: TokenLimits { requests_per_minute, concurrent },
        created_at: Timestamp::UNIX_EPOCH,
        last_used_at: None,
        revoked_at: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_begins_no_more_requests_in_any_minute_than_it_may() {
    let (shares, token) = (Shares::default(), token(Some(2), None));
    shares.begin(&token).unwrap();
    tokio::time::advance(Duration::from_secs(20)).await;
    shares.begin(&token).unwrap();
    let wait = Duration::from_secs(40);
    assert_eq!(shares.begin(&token).unwrap_err(), Over::Minute { limit: 2, wait });
    tokio::time::advance(wait).await;
    shares.begin(&token).unwrap();
    assert_eq!(
        shares.begin(&token).unwrap_err(),
        Over::Minute { limit: 2, wait: Duration::from_secs(20) },
        "the minute slides: the second request still counts"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lowered_limit_counts_what_has_begun_before() {
    let shares = Shares::default();
    for _ in 0..5 {
        shares.begin(&token(Some(5), None)).unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    let wait = Duration::from_secs(59);
    assert_eq!(shares.begin(&token(Some(1), None)).unwrap_err(), Over::Minute { limit: 1, wait });
}

#[tokio::test]
async fn a_token_has_no_more_requests_under_way_than_it_may() {
    let (shares, token) = (Shares::default(), token(None, Some(2)));
    let (first, second) = (shares.begin(&token).unwrap(), shares.begin(&token).unwrap());
    assert_eq!(shares.begin(&token).unwrap_err(), Over::Concurrent { limit: 2 });
    drop(first);
    let third = shares.begin(&token).unwrap();
    assert_eq!(shares.begin(&token).unwrap_err(), Over::Concurrent { limit: 2 }, "a refused request takes no place");
    drop((second, third));
}
