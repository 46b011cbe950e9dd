// Made from the list of commands by `cargo xtask bindings`.
/**
 * Points a label to where it pointed before it was moved the last time.
 */
export type LabelBack = {
/**
 * The prompt.
 */
name: string,
/**
 * The label.
 */
label: string,
/**
 * Whether moving a protected label was confirmed.
 */
confirmed?: boolean,
/**
 * The version that it was seen to point to, and 0 where it was seen to point nowhere. When it points elsewhere by now, it
 * isn't moved. Without it, it is moved wherever it points.
 */
seen?: number | null, };
