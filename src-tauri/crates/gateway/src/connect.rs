//! From a provider of `signalbox.toml` to one that can be called.

use std::sync::Arc;

use signalbox_domain::{ErrorClass, Failure, ProviderKind};
use signalbox_providers::{
    Anthropic, Bedrock, BedrockSettings, FaultSchedule, Gemini, Http, OpenAiChat, OpenAiResponses, OpenAiSettings,
    Provider, Service, Simulated, SimulatedSettings,
};
use signalbox_workspace::config::{self, OpenAiApi, Preset};

use crate::SystemClock;

/// The pause between two pieces of a simulated answer at its usual pace, in milliseconds.
const PIECE_MS: f64 = 15.0;

/// Makes one provider. Nothing is sent. Fails with `Client` when what the file says of it can't be used.
pub fn connect(provider: &config::Provider, http: &Http) -> Result<Arc<dyn Provider>, Failure> {
    // For the dates of servers that don't say what time it is there.
    let http = &http.clone().with_clock(Arc::new(SystemClock));
    Ok(match provider.kind {
        ProviderKind::OpenAi | ProviderKind::OpenAiCompatible | ProviderKind::Azure => {
            let settings = of_openai(provider);
            match provider.api {
                OpenAiApi::Chat => Arc::new(OpenAiChat::new(http.clone(), settings)?),
                OpenAiApi::Responses => Arc::new(OpenAiResponses::new(http.clone(), settings)?),
            }
        }
        ProviderKind::Bedrock => {
            let region = provider.region.clone().unwrap_or_default();
            let settings = BedrockSettings { region, base_url: provider.base_url.clone() };
            Arc::new(Bedrock::new(http.clone(), Arc::new(SystemClock), &settings)?)
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
    })
}

/// How a server of OpenAI's family is reached, and what it understands.
fn of_openai(provider: &config::Provider) -> OpenAiSettings {
    let base_url = provider.base_url.clone();
    match provider.kind {
        ProviderKind::Azure => OpenAiSettings::azure(base_url.unwrap_or_default(), provider.api_version.clone()),
        ProviderKind::OpenAi => {
            let openai = OpenAiSettings::openai();
            OpenAiSettings { base_url: base_url.unwrap_or_else(|| openai.base_url.clone()), ..openai }
        }
        _ => {
            let usual = OpenAiSettings::compatible(base_url.unwrap_or_default());
            match provider.preset {
                Some(preset) => OpenAiSettings { quirks: service(preset).quirks(), ..usual },
                None => usual,
            }
        }
    }
}

/// A preset of the file as `providers` knows it.
fn service(preset: Preset) -> Service {
    match preset {
        Preset::Ollama => Service::Ollama,
        Preset::LmStudio => Service::LmStudio,
        Preset::LlamaCpp => Service::LlamaCpp,
        Preset::Vllm => Service::Vllm,
        Preset::Openrouter => Service::Openrouter,
        Preset::Groq => Service::Groq,
        Preset::Mistral => Service::Mistral,
        Preset::Deepseek => Service::Deepseek,
        Preset::Xai => Service::Xai,
        Preset::Together => Service::Together,
    }
}
