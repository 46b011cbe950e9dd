// Made from the list of commands by `cargo xtask bindings`.
import type { Within } from "./Within.ts";

/**
 * Where a piece of text comes from.
 */
export type Origin = { "kind": "template" } | { "kind": "included" } & Within | { "kind": "value",
/**
 * The expression as it is written.
 */
expression: string,
/**
 * Its line, from 1, in the template that it stands in.
 */
line: number,
/**
 * The included prompt that it stands in; none for the template itself.
 */
within?: Within, } | { "kind": "example",
/**
 * Its number, from 1.
 */
number: number, };
