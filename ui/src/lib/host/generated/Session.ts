// Made from the list of commands by `cargo xtask bindings`.
/**
 * The window's layout and choices, kept between starts. The values are the window's own.
 */
export type Session = {
/**
 * Values by key.
 */
values: Record<string, unknown>, };
