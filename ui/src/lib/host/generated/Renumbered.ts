// Made from the list of commands by `cargo xtask bindings`.
/**
 * A version that has another number now.
 */
export type Renumbered = {
/**
 * Its number on the other side.
 */
from: number,
/**
 * Its number here.
 */
to: number, };
