// Made from the list of commands by `cargo xtask bindings`.
import type { ToolCall } from "./ToolCall.ts";

/**
 * What came besides an answer's text, as it is kept in the database.
 */
export type StoredReply = {
/**
 * What the model thought, as far as the provider shows it.
 */
reasoning: string,
/**
 * The provider's seal on the thoughts.
 */
signature: string | null,
/**
 * The tools that the model asks for.
 */
tool_calls: Array<ToolCall>,
/**
 * Fields that the provider said and that have no place elsewhere.
 */
kept: Record<string, unknown>, };
