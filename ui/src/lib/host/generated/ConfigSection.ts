// Made from the list of commands by `cargo xtask bindings`.
/**
 * A kind of table of `signalbox.toml`.
 */
export type ConfigSection = "providers" | "models" | "routes";
