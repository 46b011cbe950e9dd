// Made from the list of commands by `cargo xtask bindings`.
/**
 * Who speaks in a message.
 */
export type MessageRole = "system" | "developer" | "user" | "assistant" | "tool";
