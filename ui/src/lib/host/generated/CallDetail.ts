// Made from the list of commands by `cargo xtask bindings`.
import type { Call } from "./Call.ts";
import type { Decision } from "./Decision.ts";
import type { Message } from "./Message.ts";
import type { StoredReply } from "./StoredReply.ts";
import type { Written } from "./Written.ts";

/**
 * One call with its texts and decisions, rebuilt from the database alone (while it runs, with what has come so far).
 */
export type CallDetail = {
/**
 * The call.
 */
call: Call,
/**
 * The conversation that was sent.
 */
messages: Array<Message>,
/**
 * The values that it was rendered with.
 */
values: Record<string, unknown>,
/**
 * The answer as delivered so far.
 */
answer: string,
/**
 * What models wrote in attempts whose text isn't the answer, because it had to follow a schema.
 */
written: Array<Written>,
/**
 * What came besides the answer's text: thoughts, tool calls and fields that have no place elsewhere.
 */
reply: StoredReply | null,
/**
 * Every decision, in order.
 */
decisions: Array<Decision>,
/**
 * Whether texts of it were removed because they were older than the log keeps them. What is left is shown.
 */
texts_removed: boolean,
/**
 * When this was read.
 */
at: string, };
