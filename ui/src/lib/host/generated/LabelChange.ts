// Made from the list of commands by `cargo xtask bindings`.
/**
 * One line of what became of the labels of a prompt.
 */
export type LabelChange = {
/**
 * The label.
 */
label: string,
/**
 * Who did it. Empty when a file was changed by hand or by git.
 */
by: string,
/**
 * When. None when a file was changed by hand or by git.
 */
at: string | null, } & ({ "event": "moved",
/**
 * Where it pointed, if it was there.
 */
from: number | null,
/**
 * Where it points since then, if it is there.
 */
to: number | null, } | { "event": "back",
/**
 * Where it pointed.
 */
from: number | null,
/**
 * Where it points since then.
 */
to: number | null, } | { "event": "protected" } | { "event": "unprotected" });
