//! All names under which something is sent, in one place.
//!
//! They follow OpenTelemetry's semantic conventions in version 1.41.0, the last one that had those for generative AI among
//! them. These are still in development there, so a new version is taken here as a whole, with [`VERSION`].
//! What the conventions have no name for is called `signalbox.*`.

use signalbox_domain::{ErrorClass, ProviderKind, Role};

/// The version of the conventions.
pub const VERSION: &str = "1.41.0";
/// Where the conventions of this version are described for programs.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.41.0";

/// The program, and its version.
pub const SERVICE_NAME: &str = "service.name";
/// The program's version.
pub const SERVICE_VERSION: &str = "service.version";
/// The class of a failure.
pub const ERROR_TYPE: &str = "error.type";
/// Marks figures of which there were too many kinds to keep them apart.
pub const OVERFLOW: &str = "otel.metric.overflow";

/// What was done: [`operation`].
pub const OPERATION: &str = "gen_ai.operation.name";
/// Who served: [`provider`].
pub const PROVIDER: &str = "gen_ai.provider.name";
/// The model that was asked.
pub const REQUEST_MODEL: &str = "gen_ai.request.model";
/// The model that answered, as the provider names it.
pub const RESPONSE_MODEL: &str = "gen_ai.response.model";
/// Why the model stopped.
pub const FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// Seconds until the first piece of the answer.
pub const FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
/// Input tokens in all.
pub const INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// Output tokens in all.
pub const OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// Input tokens from the provider's cache.
pub const CACHE_READ_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// Input tokens written to the provider's cache.
pub const CACHE_WRITE_TOKENS: &str = "gen_ai.usage.cache_creation.input_tokens";
/// Output tokens spent on thoughts.
pub const REASONING_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// The prompt's name.
pub const PROMPT_NAME: &str = "gen_ai.prompt.name";
/// The instructions, as a text of JSON. Content.
pub const SYSTEM_INSTRUCTIONS: &str = "gen_ai.system_instructions";
/// The conversation, as a text of JSON. Content.
pub const INPUT_MESSAGES: &str = "gen_ai.input.messages";
/// The answer, as a text of JSON. Content.
pub const OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
/// Which tokens a figure counts: `input` or `output`.
pub const TOKEN_TYPE: &str = "gen_ai.token.type";

/// A histogram: how long calls took, in seconds.
pub const OPERATION_DURATION: &str = "gen_ai.client.operation.duration";
/// The limits of its buckets.
pub const DURATION_BUCKETS: &[f64] =
    &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
/// A histogram: tokens used by calls.
pub const TOKEN_USAGE: &str = "gen_ai.client.token.usage";
/// The limits of its buckets.
pub const TOKEN_BUCKETS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1_024.0,
    4_096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// A counter: calls that ended.
pub const CALLS: &str = "signalbox.calls";
/// A counter: times that the next candidate took over.
pub const FALLBACKS: &str = "signalbox.fallbacks";
/// A counter: what calls cost, in US dollars.
pub const COST: &str = "signalbox.cost";
/// A counter: finished calls of which no trace could be sent.
pub const LOST: &str = "signalbox.telemetry.lost";

/// The call's identifier.
pub const CALL_ID: &str = "signalbox.call.id";
/// Why the call was made.
pub const CALL_ROLE: &str = "signalbox.call.role";
/// How the call ended.
pub const CALL_STATUS: &str = "signalbox.call.status";
/// The route, where one was asked for.
pub const ROUTE: &str = "signalbox.route";
/// The prompt's version.
pub const PROMPT_VERSION: &str = "signalbox.prompt.version";
/// The provider's name in `signalbox.toml`.
pub const PROVIDER_NAME: &str = "signalbox.provider";
/// Whether another than the first candidate answered.
pub const DEGRADED: &str = "signalbox.degraded";
/// Whether the answer comes from the simulated provider.
pub const SIMULATED: &str = "signalbox.simulated";
/// Where the call came from, such as `endpoint` or `drill`.
pub const ORIGIN: &str = "signalbox.origin";
/// Where a stored answer came from: `hit` or `stale`.
pub const CACHE: &str = "signalbox.cache";
/// What the call cost, in US dollars.
pub const CALL_COST: &str = "signalbox.cost.usd";
/// How sure the cost is: `exact` or `lower bound`.
pub const SETTLEMENT: &str = "signalbox.settlement";
/// What is known of the answer's check: `verified`, `failed` or `unverified`.
pub const BADGE: &str = "signalbox.badge";
/// The attempt's number, from 1.
pub const ATTEMPT_NUMBER: &str = "signalbox.attempt.number";
/// Why the attempt was made.
pub const ATTEMPT_REASON: &str = "signalbox.attempt.reason";
/// The attempt's input tokens. Not under the conventions' name, or sums over spans would count them twice.
pub const ATTEMPT_INPUT_TOKENS: &str = "signalbox.attempt.input_tokens";
/// The attempt's output tokens.
pub const ATTEMPT_OUTPUT_TOKENS: &str = "signalbox.attempt.output_tokens";
/// Milliseconds that were waited before the attempt.
pub const ATTEMPT_WAITED: &str = "signalbox.attempt.waited_ms";
/// The provider's HTTP status.
pub const HTTP_STATUS: &str = "http.response.status_code";
/// The event of one choice.
pub const DECISION: &str = "signalbox.decision";
/// The stage that chose.
pub const DECISION_STAGE: &str = "signalbox.decision.stage";
/// Why it chose so.
pub const DECISION_CAUSE: &str = "signalbox.decision.cause";
/// The choice's place among the call's, from 0.
pub const DECISION_SEQ: &str = "signalbox.decision.seq";
/// The particulars in words. Content.
pub const DECISION_DETAIL: &str = "signalbox.decision.detail";

/// What a role does, in the conventions' words.
pub fn operation(role: Role) -> &'static str {
    match role {
        Role::Embed => "embeddings",
        Role::Generate | Role::Classify | Role::Judge | Role::Guard => "chat",
    }
}

/// A provider in the conventions' words; one that they don't know is called by its name in `signalbox.toml`.
pub fn provider(kind: Option<ProviderKind>, name: &str) -> String {
    match kind {
        Some(ProviderKind::OpenAi) => "openai",
        Some(ProviderKind::Anthropic) => "anthropic",
        Some(ProviderKind::Gemini) => "gcp.gemini",
        Some(ProviderKind::Azure) => "azure.ai.openai",
        Some(ProviderKind::Bedrock) => "aws.bedrock",
        Some(ProviderKind::Simulated) => "simulated",
        Some(ProviderKind::OpenAiCompatible) | None => name,
    }
    .to_owned()
}

/// The class of a failure as one word.
pub fn error_type(class: &ErrorClass) -> String {
    class.as_str().replace(' ', "_")
}
