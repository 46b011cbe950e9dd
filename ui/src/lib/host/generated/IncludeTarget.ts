// Made from the list of commands by `cargo xtask bindings`.
/**
 * A prompt with the version that is meant: `NAME`, `NAME@LABEL` or `NAME#NUMBER`. A name alone means the newest version.
 */
export type IncludeTarget = string;
