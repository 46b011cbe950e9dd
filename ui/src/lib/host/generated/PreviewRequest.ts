// Made from the list of commands by `cargo xtask bindings`.
import type { SavedValues } from "./SavedValues.ts";
import type { Source } from "./Source.ts";

/**
 * Asks what a text would be: its lint, its rendering, its length and its price.
 */
export type PreviewRequest = {
/**
 * The text.
 */
source: Source,
/**
 * The values to render it with.
 */
values: Record<string, unknown>,
/**
 * Saved test values to check the text against.
 */
saved: Array<SavedValues>,
/**
 * The prompt whose text it is, which must not include itself.
 */
prompt?: string | null,
/**
 * Whether its includes are those that the text was saved with; else those that saving it now would take.
 */
frozen?: boolean, };
