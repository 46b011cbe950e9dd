// Made from the list of commands by `cargo xtask bindings`.
/**
 * The four signals. On screen each has a shape and a word beside its colour; `Plain` has neither.
 */
export type Signal = "clear" | "caution" | "stop" | "dark" | "plain";
