//! Well-known services that speak `OpenAI`'s chat completions.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A well-known service that speaks `OpenAI`'s chat completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Ollama, on this machine.
    Ollama,
    /// LM Studio, on this machine.
    LmStudio,
    /// llama.cpp's server, on this machine.
    LlamaCpp,
    /// vLLM, on this machine.
    Vllm,
    /// `OpenRouter`.
    Openrouter,
    /// Groq.
    Groq,
    /// Mistral.
    Mistral,
    /// `DeepSeek`.
    Deepseek,
    /// xAI.
    Xai,
    /// Together AI.
    Together,
}

/// What a preset fills in.
struct Filled {
    word: &'static str,
    title: &'static str,
    base_url: &'static str,
    needs_key: bool,
}

impl Preset {
    /// All presets, in the order in which they are offered: those of this machine first.
    pub const ALL: [Self; 10] = [
        Self::Ollama,
        Self::LmStudio,
        Self::LlamaCpp,
        Self::Vllm,
        Self::Openrouter,
        Self::Groq,
        Self::Mistral,
        Self::Deepseek,
        Self::Xai,
        Self::Together,
    ];

    /// The word used in `signalbox.toml`.
    pub const fn as_str(self) -> &'static str {
        self.filled().word
    }

    /// What people call it.
    pub const fn title(self) -> &'static str {
        self.filled().title
    }

    /// Its address up to and with `/v1`, as its own documentation says; for a server on this machine, its usual port.
    pub const fn base_url(self) -> &'static str {
        self.filled().base_url
    }

    /// Whether it asks for a key unless the file says otherwise. Servers on this machine don't.
    pub const fn needs_key(self) -> bool {
        self.filled().needs_key
    }

    const fn filled(self) -> Filled {
        const fn here(word: &'static str, title: &'static str, base_url: &'static str) -> Filled {
            Filled { word, title, base_url, needs_key: false }
        }
        const fn hosted(word: &'static str, title: &'static str, base_url: &'static str) -> Filled {
            Filled { word, title, base_url, needs_key: true }
        }
        match self {
            Self::Ollama => here("ollama", "Ollama", "http://127.0.0.1:11434/v1"),
            Self::LmStudio => here("lm-studio", "LM Studio", "http://127.0.0.1:1234/v1"),
            Self::LlamaCpp => here("llama-cpp", "llama.cpp", "http://127.0.0.1:8080/v1"),
            Self::Vllm => here("vllm", "vLLM", "http://127.0.0.1:8000/v1"),
            Self::Openrouter => hosted("openrouter", "OpenRouter", "https://openrouter.ai/api/v1"),
            Self::Groq => hosted("groq", "Groq", "https://api.groq.com/openai/v1"),
            Self::Mistral => hosted("mistral", "Mistral", "https://api.mistral.ai/v1"),
            Self::Deepseek => hosted("deepseek", "DeepSeek", "https://api.deepseek.com/v1"),
            Self::Xai => hosted("xai", "xAI", "https://api.x.ai/v1"),
            Self::Together => hosted("together", "Together AI", "https://api.together.xyz/v1"),
        }
    }
}
