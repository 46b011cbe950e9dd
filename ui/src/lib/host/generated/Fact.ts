// Made from the list of commands by `cargo xtask bindings`.
/**
 * Something that is known.
 */
export type Fact = {
/**
 * Of what.
 */
name: string,
/**
 * What.
 */
value: string, };
