// Made from the list of commands by `cargo xtask bindings`.
import type { LineRange } from "./LineRange.ts";
import type { MessageRole } from "./MessageRole.ts";
import type { Segment } from "./Segment.ts";

/**
 * One message of a rendered prompt.
 */
export type RenderedMessage = {
/**
 * Who speaks.
 */
role: MessageRole,
/**
 * What the marker says beside the role, such as a name.
 */
attributes: Record<string, unknown>,
/**
 * The text in pieces, none of them empty.
 */
segments: Array<Segment>,
/**
 * The lines of the template that it comes from.
 */
lines: LineRange, };
