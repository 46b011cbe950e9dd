//! The application, its workspace and its session.

use signalbox_gateway::PriceTable;

use super::Core;
use crate::{
    ApiError, Code,
    types::{AppInfo, Empty, PriceSource, Session, SessionSet, Stored, WorkspaceInfo},
};

const LONGEST_KEY: usize = 200;
const LARGEST_VALUE: usize = 1 << 20;

impl Core {
    /// What a window needs to know before it can draw its frame.
    pub async fn app_info(&self, _: Empty) -> Result<AppInfo, ApiError> {
        let settings = self.gateway.settings();
        let prices = PriceTable::shipped();
        let today = self.clock.now().to_zoned(settings.zone.clone()).date();
        Ok(AppInfo {
            version: env!("CARGO_PKG_VERSION").into(),
            workspace: WorkspaceInfo {
                name: settings.config.workspace.name.clone(),
                root: self.workspace.root().display().to_string(),
                branch: self.workspace.branch(),
                problems: self.loaded().problems.clone(),
                time_zone: settings.config.workspace.zone_name(),
            },
            home: self.home.display().to_string(),
            logs: self.home.join("logs").display().to_string(),
            prices: PriceSource {
                taken: prices.taken.to_string(),
                age_days: prices.age_days(today),
                origin: prices.origin.clone(),
            },
            keychain: self.keychain.state().await,
            interrupted: self.interrupted,
            first_start: self.first_start,
            platform: std::env::consts::OS.into(),
        })
    }

    /// The window's layout and choices.
    pub async fn session_get(&self, _: Empty) -> Result<Session, ApiError> {
        let rows = self.store.read(|view| view.session_all()).await?;
        let values =
            rows.into_iter().filter_map(|(key, value)| Some((key, serde_json::from_str(&value).ok()?))).collect();
        Ok(Session { values })
    }

    /// Keeps one value of the session.
    pub async fn session_set(&self, request: SessionSet) -> Result<Stored, ApiError> {
        let SessionSet { key, value } = request;
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(ApiError::new(Code::Invalid, format!("a session key has 1 to {LONGEST_KEY} bytes")));
        }
        let text = value.to_string();
        if text.len() > LARGEST_VALUE {
            return Err(ApiError::new(Code::Invalid, format!("a session value has at most {LARGEST_VALUE} bytes")));
        }
        let at = self.clock.now();
        self.store
            .write(move |tx| if value.is_null() { tx.session_remove(&key) } else { tx.session_put(&key, &text) })
            .await?;
        Ok(Stored { at })
    }
}
