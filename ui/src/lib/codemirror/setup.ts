import { acceptCompletion, completionKeymap } from "@codemirror/autocomplete";
import { highlightSelectionMatches } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { dropCursor, highlightActiveLineGutter, keymap } from "@codemirror/view";
import { basics } from "./basics.ts";
import { completion } from "./completion.ts";
import { definitions } from "./definition.ts";
import { hover } from "./hover.ts";
import { jinja } from "./jinja.ts";
import { language, type Language } from "./language.ts";
import { renames } from "./rename.ts";
import { yaml } from "./yaml.ts";

/** What an editor of a prompt's part is made for. */
export interface Setup {
  part: "head" | "body";
  /** Said by a screen reader. */
  label: string;
  /** How the key that takes a fix is written here. */
  fixKeys: string;
  /** Who answers questions about the text. */
  asked: Language;
}

/** The extensions of an editor. Each state has its own, so that undo and cursor stay with their text. */
export function editorExtensions({ part, label, fixKeys, asked }: Setup): Extension {
  return [
    // Tab leaves the editor, as everywhere; it takes a completion only while one is offered.
    keymap.of([{ key: "Tab", run: acceptCompletion }]),
    basics(label, fixKeys),
    keymap.of(completionKeymap),
    highlightActiveLineGutter(),
    dropCursor(),
    highlightSelectionMatches({ minSelectionLength: 2, maxMatches: 200 }),
    part === "body" ? jinja() : yaml(),
    [language.of(asked), completion(part), hover(), definitions(), renames()],
  ];
}
