// Made from the list of commands by `cargo xtask bindings`.
import type { Part } from "./Part.ts";
import type { SavedValues } from "./SavedValues.ts";
import type { Source } from "./Source.ts";

/**
 * A place in a prompt that is being written.
 */
export type PromptPlace = {
/**
 * The prompt, which can't include itself; none for a text without a name.
 */
name: string | null,
/**
 * The text.
 */
source: Source,
/**
 * Its saved test values, which say what is inside of its variables.
 */
saved: Array<SavedValues>,
/**
 * The part of the text that the cursor is in.
 */
part: Part,
/**
 * Where the cursor is, in code points of that part.
 */
at: number, };
