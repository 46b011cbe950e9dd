// Made from the list of commands by `cargo xtask bindings`.
/**
 * Lets a label be moved only when that is confirmed, or freely again.
 */
export type LabelProtect = {
/**
 * The prompt.
 */
name: string,
/**
 * The label. It needn't be there.
 */
label: string,
/**
 * Whether moving it must be confirmed.
 */
protected: boolean, };
