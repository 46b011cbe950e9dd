//! The part of a desktop that shows notifications, on the test's own message bus.
#![allow(
    clippy::used_underscore_binding,
    clippy::unused_self,
    clippy::too_many_arguments,
    reason = "the protocol has more than a test looks at"
)]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use zbus::{connection::Builder, interface, zvariant::OwnedValue};

use super::{LIMIT, until};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A notification as the desktop was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) application: String,
    pub(crate) title: String,
    pub(crate) body: String,
}

/// A desktop that shows notifications to nobody and remembers them. It leaves the bus when it is dropped.
pub(crate) struct Desktop {
    shown: Arc<Mutex<Vec<Shown>>>,
    _connection: zbus::Connection,
}

struct Notifications(Arc<Mutex<Vec<Shown>>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn notify(
        &self,
        app_name: String,
        _replaces_id: u32,
        _app_icon: String,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().expect("nobody failed with it");
        shown.push(Shown { application: app_name, title: summary, body });
        u32::try_from(shown.len()).expect("few")
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".into(), "body-markup".into()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("test".into(), "signalbox".into(), "1".into(), "1.2".into())
    }
}

impl Desktop {
    /// Takes the place of the desktop on the session's bus.
    pub(crate) async fn start() -> Self {
        let shown: Arc<Mutex<Vec<Shown>>> = Arc::default();
        let connection = Builder::session()
            .and_then(|builder| builder.name(NAME))
            .and_then(|builder| builder.serve_at(PATH, Notifications(shown.clone())))
            .expect("the bus is there");
        let connection = connection.build().await.expect("nobody else shows notifications on the test's bus");
        Self { shown, _connection: connection }
    }

    /// Everything that was shown, the oldest first, as soon as it is so much.
    pub(crate) async fn shown(&self, count: usize) -> Vec<Shown> {
        until(LIMIT, async || {
            let shown = self.shown.lock().expect("nobody failed with it").clone();
            if shown.len() >= count { Ok(shown) } else { Err(shown) }
        })
        .await
        .unwrap_or_else(|shown| panic!("{count} notifications are shown, and not {shown:?}"))
    }
}
