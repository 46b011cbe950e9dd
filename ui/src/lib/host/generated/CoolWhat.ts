// Made from the list of commands by `cargo xtask bindings`.
/**
 * What kind of thing cools down.
 */
export type CoolWhat = "candidate" | "key" | "provider";
