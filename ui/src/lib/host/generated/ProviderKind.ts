// Made from the list of commands by `cargo xtask bindings`.
/**
 * Which protocol a provider speaks.
 */
export type ProviderKind = "openai" | "openai-compatible" | "anthropic" | "gemini" | "azure" | "bedrock" | "simulated";
