// Made from the list of commands by `cargo xtask bindings`.
import type { ImageSource } from "./ImageSource.ts";
import type { Protocol } from "./Protocol.ts";
import type { ToolCall } from "./ToolCall.ts";

/**
 * One part of a message.
 */
export type Block = { "type": "text",
/**
 * The text.
 */
text: string, } | { "type": "image",
/**
 * Where it is.
 */
source: ImageSource, } | { "type": "tool_call" } & ToolCall | { "type": "tool_result",
/**
 * The `id` of the [`ToolCall`] that it answers.
 */
id: string,
/**
 * The tool's name, for protocols that name it instead of the call.
 */
name: string | null,
/**
 * What it said.
 */
content: string,
/**
 * Whether it failed.
 */
is_error: boolean, } | { "type": "reasoning",
/**
 * The thoughts, as far as they are shown.
 */
text: string,
/**
 * The provider's seal on them, without which it doesn't take them back.
 */
signature: string | null, } | { "type": "other",
/**
 * The protocol.
 */
protocol: Protocol,
/**
 * The part as it was said.
 */
value: unknown, };
