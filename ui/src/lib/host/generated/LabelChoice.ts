// Made from the list of commands by `cargo xtask bindings`.
/**
 * A label that both sides have moved.
 */
export type LabelChoice = {
/**
 * The label.
 */
label: string,
/**
 * Where this side has moved it, and where it points.
 */
ours: number,
/**
 * Where the other side has moved it, by the number that the version has here.
 */
theirs: number, };
