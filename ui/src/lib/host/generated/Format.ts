// Made from the list of commands by `cargo xtask bindings`.
/**
 * A format of prompts.
 */
export type Format = "prompty" | "dotprompt" | "promptfoo" | "langfuse" | "github" | "evals";
