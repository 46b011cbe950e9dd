// Made from the list of commands by `cargo xtask bindings`.
/**
 * A label and the version that it points to.
 */
export type LabelPointer = {
/**
 * The label, such as `production`.
 */
label: string,
/**
 * The version.
 */
version: number,
/**
 * Whether moving it must be confirmed.
 */
protected?: boolean, };
