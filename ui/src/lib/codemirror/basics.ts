import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { styleNonce } from "../host/nonce.ts";
import { nextProblem, problems } from "./problems.ts";
import { editorTheme } from "./theme.ts";

/** What every editor of code has. `label` is said by a screen reader, `fixKeys` is how the key that takes a fix is written. */
export function basics(label: string, fixKeys: string): Extension {
  return [
    EditorView.cspNonce.of(styleNonce()),
    lineNumbers(),
    highlightActiveLine(),
    history({ newGroupDelay: 400 }),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    bracketMatching(),
    closeBrackets(),
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
      { key: "F8", run: nextProblem },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
    ]),
    problems(fixKeys),
    editorTheme,
  ];
}
