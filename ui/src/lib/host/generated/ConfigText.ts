// Made from the list of commands by `cargo xtask bindings`.
/**
 * A part of `signalbox.toml`.
 */
export type ConfigText = {
/**
 * The text, with its comments.
 */
text: string, };
