// Made from the list of commands by `cargo xtask bindings`.
/**
 * How `OpenAI` is spoken to.
 */
export type OpenAiApi = "chat" | "responses";
