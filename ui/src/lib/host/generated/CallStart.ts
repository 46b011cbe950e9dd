// Made from the list of commands by `cargo xtask bindings`.
import type { CallText } from "./CallText.ts";
import type { Target } from "./Target.ts";

/**
 * Starts a call. Its progress comes as events.
 */
export type CallStart = {
/**
 * The text.
 */
text: CallText,
/**
 * The values of its variables.
 */
values: Record<string, unknown>,
/**
 * Who shall serve it.
 */
target: Target, };
