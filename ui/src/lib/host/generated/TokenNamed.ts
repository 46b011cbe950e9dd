// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names a token.
 */
export type TokenNamed = {
/**
 * Its identifier.
 */
id: string, };
