//! Budget alerts as notifications of the desktop. They are sent from here: the page has no permission to send any.

use std::{sync::Arc, time::Duration};

use notify_rust::Notification;
use signalbox_api::{
    Core,
    types::{AlertLevel, BudgetAlert, Empty, Event, Frame},
};

/// The value of the session that switches them off when it is `false`.
const SETTING: &str = "notify.budgets";
/// What comes together is told together: many accounts may pass a threshold at once.
const PAUSE: Duration = Duration::from_secs(2);
/// How much of a text is shown; names in it come from callers.
const LONGEST: usize = 300;

/// Sends notifications until the application ends.
pub(crate) fn follow(core: Arc<Core>) {
    let mut events = core.hub().subscribe(0);
    tauri::async_runtime::spawn(async move {
        while let Some(frames) = events.next().await {
            let Some(message) = message(&alerts(frames)) else { continue };
            if is_wanted(&core).await {
                send(message).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
}

/// What a notification says.
#[derive(Debug, PartialEq, Eq)]
struct Message {
    title: String,
    body: String,
}

fn alerts(frames: Vec<Frame>) -> Vec<BudgetAlert> {
    let alert = |event| if let Event::BudgetAlert { alert } = event { Some(alert) } else { None };
    frames.into_iter().flat_map(|frame| frame.events).filter_map(alert).collect()
}

/// The gravest alert in words, and how many there are besides; none when there is none.
fn message(alerts: &[BudgetAlert]) -> Option<Message> {
    let gravest = alerts.iter().max_by_key(|alert| match alert.level {
        AlertLevel::Warn => 0,
        AlertLevel::Degrade => 1,
        AlertLevel::Stop => 2,
    })?;
    let what = match gravest.level {
        AlertLevel::Warn => "is nearly used up",
        AlertLevel::Degrade => "makes answers cheaper",
        AlertLevel::Stop => "refuses calls",
    };
    let more = match alerts.len() - 1 {
        0 => String::new(),
        1 => "; and one more alert".into(),
        count => format!("; and {count} more alerts"),
    };
    Some(Message {
        title: plain(&format!("The budget {} {what}", gravest.budget)),
        body: format!("{}{more}", plain(&gravest.text)),
    })
}

/// A text that a desktop can't take for markup, and that isn't longer than anybody reads.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars().filter(|letter| !letter.is_control()).take(LONGEST) {
        match letter {
            '<' if MARKUP => plain.push_str("&lt;"),
            '>' if MARKUP => plain.push_str("&gt;"),
            '&' if MARKUP => plain.push_str("&amp;"),
            letter => plain.push(letter),
        }
    }
    plain
}

/// Whether the system reads markup in what it shows.
const MARKUP: bool = cfg!(all(unix, not(target_os = "macos")));

async fn is_wanted(core: &Core) -> bool {
    let session = core.session_get(Empty {}).await;
    !session.is_ok_and(|session| session.values.get(SETTING).is_some_and(|value| value == false))
}

/// A desktop without notifications is no failure: the window tells the same.
async fn send(message: Message) {
    let sent = tauri::async_runtime::spawn_blocking(move || {
        Notification::new().appname("Signalbox").summary(&message.title).body(&message.body).show().map(drop)
    });
    match sent.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::info!(%error, "the desktop shows no notifications"),
        Err(error) => tracing::warn!(%error, "a notification could not be sent"),
    }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::Unit;

    use super::*;

    fn alert(level: AlertLevel, text: &str) -> BudgetAlert {
        BudgetAlert {
            budget: "daily".into(),
            account: "user:ann".into(),
            level,
            unit: Unit::Dollars,
            limit: 10,
            settled: 9,
            held: 0,
            resets_at: None,
            text: text.into(),
        }
    }

    #[test]
    fn of_many_alerts_at_once_the_gravest_is_told_with_how_many_there_are() {
        use AlertLevel::{Degrade, Stop, Warn};
        for (levels, title, body) in [
            (vec![], None, ""),
            (vec![Warn], Some("The budget daily is nearly used up"), "text 0"),
            (vec![Warn, Degrade], Some("The budget daily makes answers cheaper"), "text 1; and one more alert"),
            (vec![Warn, Stop, Degrade], Some("The budget daily refuses calls"), "text 1; and 2 more alerts"),
        ] {
            let alerts: Vec<_> =
                levels.iter().enumerate().map(|(at, level)| alert(*level, &format!("text {at}"))).collect();
            let found = message(&alerts);
            assert_eq!(found.as_ref().map(|message| message.title.as_str()), title);
            assert_eq!(found.map(|message| message.body).unwrap_or_default(), body);
        }
    }

    #[test]
    fn a_name_cannot_bring_markup_or_another_line() {
        let found = message(&[alert(AlertLevel::Warn, "user:<b>a</b>\n&more")]).map(|message| message.body);
        let expected = if MARKUP { "user:&lt;b&gt;a&lt;/b&gt;&amp;more" } else { "user:<b>a</b>&more" };
        assert_eq!(found.as_deref(), Some(expected));
        assert_eq!(plain(&"x".repeat(5_000)).len(), LONGEST);
    }
}
