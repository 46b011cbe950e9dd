// Made from the list of commands by `cargo xtask bindings`.
/**
 * Why a model stopped.
 */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls" | { "other": string };
