// Made from the list of commands by `cargo xtask bindings`.
/**
 * A label that was moved. Moving it back to `from` undoes it.
 */
export type LabelMove = {
/**
 * The label.
 */
label: string,
/**
 * Where it pointed, if it was there.
 */
from: number | null,
/**
 * Where it points now, if it is there.
 */
to: number | null, };
