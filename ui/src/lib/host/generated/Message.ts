// Made from the list of commands by `cargo xtask bindings`.
import type { Content } from "./Content.ts";
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
content: Content, };
