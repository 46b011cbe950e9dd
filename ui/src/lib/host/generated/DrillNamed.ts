// Made from the list of commands by `cargo xtask bindings`.
/**
 * Names a drill.
 */
export type DrillNamed = {
/**
 * Its name.
 */
name: string, };
