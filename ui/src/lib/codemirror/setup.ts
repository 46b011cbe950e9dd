import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { styleNonce } from "../host/nonce.ts";
import { completion } from "./completion.ts";
import { definitions } from "./definition.ts";
import { hover } from "./hover.ts";
import { jinja } from "./jinja.ts";
import { language, type Language } from "./language.ts";
import { nextProblem, problems } from "./problems.ts";
import { renames } from "./rename.ts";
import { editorTheme } from "./theme.ts";
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
    EditorView.cspNonce.of(styleNonce()),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    history({ newGroupDelay: 400 }),
    drawSelection(),
    dropCursor(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches({ minSelectionLength: 2, maxMatches: 200 }),
    search({ top: true }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      "aria-label": label,
      // Editable text takes the keyboard anyway; this says so to whoever checks it.
      tabindex: "0",
      spellcheck: "false",
      autocorrect: "off",
      autocapitalize: "off",
    }),
    keymap.of([
      // Tab leaves the editor, as everywhere; it takes a completion only while one is offered.
      { key: "Tab", run: acceptCompletion },
      { key: "F8", run: nextProblem },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...completionKeymap,
    ]),
    problems(fixKeys),
    part === "body" ? jinja() : yaml(),
    [language.of(asked), completion(part), hover(), definitions(), renames()],
    editorTheme,
  ];
}
