//! Under which names the price table lists the models of a provider.

use signalbox_domain::ProviderKind;
use signalbox_workspace::config::{Preset, Provider};

/// Where a model stands in the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// The service.
    pub(super) service: &'static str,
    /// The identifiers under which it may stand there, the most exact first.
    pub(super) ids: Vec<String>,
}

/// The services behind well-known hosts. A host that isn't here has no prices in the table, even when its models bear
/// the names of others: everybody makes their own.
const HOSTS: &[(&str, &str)] = &[
    ("api.openai.com", "openai"),
    ("api.anthropic.com", "anthropic"),
    ("generativelanguage.googleapis.com", "gemini"),
    ("api.groq.com", "groq"),
    ("api.mistral.ai", "mistral"),
    ("api.deepseek.com", "deepseek"),
    ("api.x.ai", "xai"),
    ("api.together.xyz", "together_ai"),
    ("api.together.ai", "together_ai"),
    ("openrouter.ai", "openrouter"),
    ("api.fireworks.ai", "fireworks_ai"),
    ("api.deepinfra.com", "deepinfra"),
    ("api.cerebras.ai", "cerebras"),
    ("api.sambanova.ai", "sambanova"),
    ("api.moonshot.ai", "moonshot"),
    ("api.z.ai", "zai"),
    ("api.minimax.io", "minimax"),
    ("api.novita.ai", "novita"),
    ("api.hyperbolic.xyz", "hyperbolic"),
    ("dashscope-intl.aliyuncs.com", "dashscope"),
    ("ai-gateway.vercel.sh", "vercel_ai_gateway"),
];

/// Where to look for a model by its identifier at a provider.
pub(super) fn listing(id: &str, provider: &Provider) -> Option<Listing> {
    let service = service(provider)?;
    let ids = match service {
        // A model of one's own costs by what it was made from: `ft:BASE:ORGANISATION::ID`.
        "openai" => match id.strip_prefix("ft:").and_then(|rest| rest.split(':').next()) {
            Some(base) => vec![format!("ft:{base}")],
            None => vec![id.to_owned()],
        },
        "gemini" => vec![id.strip_prefix("models/").unwrap_or(id).to_owned()],
        "bedrock" => {
            let id = bedrock_id(id);
            // Some regions have prices of their own.
            let regional = bedrock_region(provider).map(|region| format!("{region}/{id}"));
            regional.into_iter().chain([id.to_owned()]).collect()
        }
        _ => vec![id.to_owned()],
    };
    Some(Listing { service, ids })
}

fn service(provider: &Provider) -> Option<&'static str> {
    let host = provider.base_url.as_deref().and_then(host);
    match provider.kind {
        // Regions of its own cost more for some models.
        ProviderKind::OpenAi => (!host.is_some_and(|host| host.ends_with(".api.openai.com"))).then_some("openai"),
        ProviderKind::Anthropic => Some("anthropic"),
        ProviderKind::Gemini => Some("gemini"),
        ProviderKind::Azure => Some("azure"),
        ProviderKind::Bedrock => Some("bedrock"),
        ProviderKind::OpenAiCompatible => provider.preset.and_then(of_preset).or_else(|| of_host(host?)),
        ProviderKind::Simulated => None,
    }
}

fn of_preset(preset: Preset) -> Option<&'static str> {
    match preset {
        Preset::Openrouter => Some("openrouter"),
        Preset::Groq => Some("groq"),
        Preset::Mistral => Some("mistral"),
        Preset::Deepseek => Some("deepseek"),
        Preset::Xai => Some("xai"),
        Preset::Together => Some("together_ai"),
        Preset::Ollama | Preset::LmStudio | Preset::LlamaCpp | Preset::Vllm => None,
    }
}

fn of_host(host: &str) -> Option<&'static str> {
    if host.ends_with(".openai.azure.com") {
        return Some("azure");
    }
    HOSTS.iter().find(|(known, _)| host == *known).map(|(_, service)| *service)
}

/// The model of an Amazon resource name such as `arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0`.
fn bedrock_id(id: &str) -> &str {
    let named = ["inference-profile/", "foundation-model/"];
    if !id.starts_with("arn:") {
        return id;
    }
    named.iter().find_map(|kind| id.split_once(kind)).map_or(id, |(_, id)| id)
}

fn bedrock_region(provider: &Provider) -> Option<&str> {
    let of_host = || {
        let host = host(provider.base_url.as_deref()?)?;
        host.strip_prefix("bedrock-runtime.")?.strip_suffix(".amazonaws.com")
    };
    provider.region.as_deref().or_else(of_host)
}

/// The host of an address with a name: no user, no port.
fn host(base_url: &str) -> Option<&str> {
    let authority = base_url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    authority.rsplit('@').next()?.split(':').next()
}
