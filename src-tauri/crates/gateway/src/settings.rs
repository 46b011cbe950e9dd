//! The configuration under which a call runs, ready for use.

use std::{collections::HashMap, sync::Arc};

use jiff::tz::TimeZone;
use signalbox_domain::{Caller, ContentHash, Failure, Payer};
use signalbox_providers::{Http, Provider};
use signalbox_workspace::config::{Budget, Config};

use crate::{connect, refused::Refused};

/// One configuration with the providers that it names. A call keeps the one that it began with.
pub struct Settings {
    /// What `signalbox.toml` says.
    pub config: Config,
    /// The hash of its text.
    pub hash: ContentHash,
    /// The providers by name.
    pub providers: HashMap<String, Arc<dyn Provider>>,
    /// Why some of them can't be used, by name. In `providers` each of these has a stand-in that says so.
    pub refused: HashMap<String, Failure>,
    /// The time zone in which budget periods begin.
    pub zone: TimeZone,
}

impl Settings {
    /// Puts a configuration and its providers together.
    pub fn new(config: Config, hash: ContentHash, providers: HashMap<String, Arc<dyn Provider>>) -> Self {
        let zone = config.workspace.zone();
        Self { config, hash, providers, refused: HashMap::new(), zone }
    }

    /// Makes the providers that a configuration names. One that can't be made is refused, and the others still serve.
    pub fn connect(config: Config, hash: ContentHash, http: &Http) -> Self {
        let (mut providers, mut refused) = (HashMap::new(), HashMap::new());
        for provider in &config.providers {
            let made = connect(provider, http).unwrap_or_else(|mut failure| {
                failure.message = format!("provider {}: {}", provider.name, failure.message);
                refused.insert(provider.name.clone(), failure.clone());
                Arc::new(Refused { kind: provider.kind, failure })
            });
            providers.insert(provider.name.clone(), made);
        }
        Self { refused, ..Self::new(config, hash, providers) }
    }

    /// The project that calls count for, unless their caller says another.
    pub fn project(&self) -> &str {
        &self.config.workspace.project
    }

    /// Whom a call counts for.
    pub fn payer(&self, caller: &Caller, prompt: Option<&str>) -> Payer {
        Payer {
            user: caller.user.clone(),
            org: caller.org.clone().or_else(|| self.config.workspace.org.clone()),
            project: caller.project.clone().unwrap_or_else(|| self.project().to_owned()),
            prompt: prompt.map(str::to_owned),
            token: caller.token.clone(),
        }
    }

    /// The budgets that must admit a call, each with the account that it counts on.
    pub fn budgets(&self, payer: &Payer) -> Vec<(Budget, String)> {
        self.config.budgets.iter().filter_map(|budget| Some((budget.clone(), budget.scope.account(payer)?))).collect()
    }
}
