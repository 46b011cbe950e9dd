//! From a provider of `signalbox.toml` to one that can be called.

use std::sync::Arc;

use signalbox_domain::{ErrorClass, Failure, ProviderKind};
use signalbox_providers::{
    Anthropic, FaultSchedule, Gemini, Http, OpenAiChat, OpenAiChatSettings, Provider, Simulated, SimulatedSettings,
};
use signalbox_workspace::config;

/// The pause between two pieces of a simulated answer at its usual pace, in milliseconds.
const PIECE_MS: f64 = 15.0;

/// Makes one provider. Nothing is sent. Fails with `Client` when what the file says of it can't be used.
pub fn connect(provider: &config::Provider, http: &Http) -> Result<Arc<dyn Provider>, Failure> {
    Ok(match provider.kind {
        ProviderKind::OpenAi => match &provider.base_url {
            None => Arc::new(OpenAiChat::new(http.clone(), OpenAiChatSettings::openai())?),
            Some(base_url) => {
                let settings = OpenAiChatSettings { base_url: base_url.clone(), ..OpenAiChatSettings::openai() };
                Arc::new(OpenAiChat::new(http.clone(), settings)?)
            }
        },
        ProviderKind::OpenAiCompatible => {
            let base_url = provider.base_url.clone().unwrap_or_default();
            Arc::new(OpenAiChat::new(http.clone(), OpenAiChatSettings::compatible(base_url))?)
        }
        ProviderKind::Simulated => {
            let faults = match &provider.faults {
                Some(faults) => {
                    FaultSchedule::parse(faults).map_err(|error| Failure::new(ErrorClass::Client, error.to_string()))?
                }
                None => FaultSchedule::default(),
            };
            // Answers stream as a model's do, unless the file says how fast.
            let pace = provider.pace_ms.map_or(1.0, |ms| ms as f64 / PIECE_MS);
            let settings = SimulatedSettings { pace, faults, ..SimulatedSettings::default() };
            Arc::new(Simulated::new(settings))
        }
        ProviderKind::Anthropic => {
            let base_url = provider.base_url.as_deref().unwrap_or(Anthropic::BASE_URL);
            Arc::new(Anthropic::new(http.clone(), base_url)?)
        }
        ProviderKind::Gemini => {
            let base_url = provider.base_url.as_deref().unwrap_or(Gemini::BASE_URL);
            Arc::new(Gemini::new(http.clone(), base_url)?)
        }
        ProviderKind::Azure | ProviderKind::Bedrock => {
            return Err(Failure::new(ErrorClass::Client, format!("{} can't be called yet", provider.kind.as_str())));
        }
    })
}
