// Made from the list of commands by `cargo xtask bindings`.
/**
 * A kind of server that people run on their own machine.
 */
export type LocalKind = "ollama" | "lm-studio" | "llama-cpp";
