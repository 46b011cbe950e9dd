// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names one version.
 */
export type VersionNamed = {
/**
 * The prompt.
 */
name: string,
/**
 * The version.
 */
number: number, };
