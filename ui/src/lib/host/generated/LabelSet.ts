// Made from the list of commands by `cargo xtask bindings`.
/**
 * Moves a label.
 */
export type LabelSet = {
/**
 * The prompt.
 */
name: string,
/**
 * The label.
 */
label: string,
/**
 * The version that it shall point to; none removes the label.
 */
version: number | null, };
