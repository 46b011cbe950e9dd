// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";
import type { Cause } from "./Cause.ts";
import type { Signal } from "./Signal.ts";
import type { Stage } from "./Stage.ts";

/**
 * One recorded choice.
 */
export type Decision = {
/**
 * The call that it belongs to.
 */
call: CallId,
/**
 * Its place among the call's decisions, from 0.
 */
seq: number,
/**
 * When it was made.
 */
at: string,
/**
 * The stage that made it.
 */
stage: Stage,
/**
 * Why.
 */
cause: Cause,
/**
 * How the cause is marked.
 */
signal: Signal,
/**
 * The attempt that it is about, from 1.
 */
attempt: number | null,
/**
 * The particulars, in words.
 */
detail: string,
/**
 * The same as figures, for programs; the shape depends on the stage.
 */
data: unknown, };
