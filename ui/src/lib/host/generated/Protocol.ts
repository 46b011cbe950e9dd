// Made from the list of commands by `cargo xtask bindings`.
/**
 * A wire protocol. Several kinds of providers may speak the same.
 */
export type Protocol = "openai-chat" | "openai-responses" | "anthropic-messages" | "gemini" | "bedrock-converse";
