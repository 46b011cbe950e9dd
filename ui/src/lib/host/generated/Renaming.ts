// Made from the list of commands by `cargo xtask bindings`.
import type { SavedValues } from "./SavedValues.ts";
import type { TextEdit } from "./TextEdit.ts";

/**
 * Everything that changes when something gets another name. All places count in the text as it was.
 */
export type Renaming = {
/**
 * Its name until now.
 */
from: string,
/**
 * The changes of the text, in its order and without overlaps.
 */
edits: Array<TextEdit>,
/**
 * The saved test values with the new name; none when they stay as they are.
 */
saved: Array<SavedValues> | null, };
