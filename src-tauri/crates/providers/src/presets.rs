//! What well-known services understand of OpenAI's chat completions, as one table.

use signalbox_domain::Effort;

/// The field in which a server takes the longest length of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthField {
    /// `max_tokens`, which nearly all servers know.
    MaxTokens,
    /// `max_completion_tokens`, which OpenAI's newer models need.
    MaxCompletionTokens,
}

/// How a server can be asked for an answer that follows a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaSupport {
    /// It makes a grammar of any schema, as it is.
    Grammar,
    /// It takes the schema itself, in a subset of its own.
    JsonSchema,
    /// It only promises some JSON object; the prompt must describe it.
    JsonObject,
    /// It takes neither; the prompt must do everything.
    Nothing,
}

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quirks {
    /// Where the longest length goes.
    pub length_field: LengthField,
    /// How a schema is asked for.
    pub schema: SchemaSupport,
    /// Where the seed goes.
    pub seed_field: &'static str,
    /// Whether it must be asked to say the usage of a stream, with `stream_options`. Others always say it, and may
    /// refuse the question.
    pub stream_options: bool,
    /// The field of a message of the model in which it wants its thoughts back. Without one they are left out.
    pub thoughts_field: Option<&'static str>,
    /// The least effort that it knows; a smaller one is said as this.
    pub least_effort: Effort,
    /// Whether it only takes the ids of tool calls that have nine letters and digits.
    pub short_ids: bool,
}

impl Quirks {
    /// What nearly all servers understand.
    pub const USUAL: Self = Self {
        length_field: LengthField::MaxTokens,
        schema: SchemaSupport::JsonSchema,
        seed_field: "seed",
        stream_options: true,
        thoughts_field: None,
        least_effort: Effort::Minimal,
        short_ids: false,
    };
}

/// A well-known service or server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// llama.cpp's server.
    LlamaCpp,
    /// vLLM.
    Vllm,
    /// OpenRouter.
    Openrouter,
    /// Groq.
    Groq,
    /// Mistral.
    Mistral,
    /// DeepSeek.
    Deepseek,
    /// xAI.
    Xai,
    /// Together AI.
    Together,
}

impl Service {
    /// What it understands, by its own documentation.
    pub const fn quirks(self) -> Quirks {
        let usual = Quirks::USUAL;
        match self {
            Self::LlamaCpp | Self::LmStudio => Quirks { schema: SchemaSupport::Grammar, ..usual },
            Self::Ollama | Self::Vllm => Quirks { schema: SchemaSupport::Grammar, least_effort: Effort::Low, ..usual },
            Self::Together => Quirks { least_effort: Effort::Low, ..usual },
            Self::Openrouter => Quirks { thoughts_field: Some("reasoning"), ..usual },
            Self::Groq | Self::Xai => {
                Quirks { length_field: LengthField::MaxCompletionTokens, least_effort: Effort::Low, ..usual }
            }
            // It refuses fields that it doesn't know.
            Self::Mistral => Quirks { seed_field: "random_seed", stream_options: false, short_ids: true, ..usual },
            Self::Deepseek => Quirks {
                schema: SchemaSupport::JsonObject,
                thoughts_field: Some("reasoning_content"),
                least_effort: Effort::Low,
                ..usual
            },
        }
    }
}
