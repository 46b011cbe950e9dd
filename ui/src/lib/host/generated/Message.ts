// Made from the list of commands by `cargo xtask bindings`.
import type { MessageRole } from "./MessageRole.ts";

/**
 * One message of a conversation.
 */
export type Message = {
/**
 * Who speaks.
 */
role: MessageRole,
/**
 * What is said.
 */
content: string, };
