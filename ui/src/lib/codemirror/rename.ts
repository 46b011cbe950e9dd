import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { keymap, showPanel, type EditorView, type Panel } from "@codemirror/view";
import { ApiError } from "../host/index.ts";
import { language } from "./language.ts";
import { offsetsOf } from "./offsets.ts";

const open = StateEffect.define<number | null>();

/** The place whose name is being changed. */
const renaming = StateField.define<number | null>({
  create: () => null,
  update(pos, transaction) {
    for (const effect of transaction.effects) if (effect.is(open)) return effect.value;
    return pos === null ? null : transaction.changes.mapPos(pos);
  },
  provide: (field) => showPanel.from(field, (pos) => (pos === null ? null : panel)),
});

const NAME = /[\p{L}\p{M}\p{N}_]/u;

/** The name around a place. */
export function nameAt(text: string, pos: number): string {
  let from = pos;
  let to = pos;
  while (from > 0 && NAME.test(text.charAt(from - 1))) from -= 1;
  while (to < text.length && NAME.test(text.charAt(to))) to += 1;
  return text.slice(from, to);
}

function close(view: EditorView): boolean {
  if (view.state.field(renaming, false) === null) return false;
  view.dispatch({ effects: open.of(null) });
  view.focus();
  return true;
}

/** Asks for another name for what stands at the cursor. */
export function renameAtCursor(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  if (!view.state.facet(language) || nameAt(line.text, head - line.from) === "") return false;
  view.dispatch({ effects: open.of(head) });
  const input = view.dom.querySelector<HTMLInputElement>(".cm-rename input");
  input?.focus();
  input?.select();
  return true;
}

async function rename(view: EditorView, to: string, say: (problem: string) => void): Promise<void> {
  const asked = view.state.facet(language);
  const pos = view.state.field(renaming);
  if (!asked || pos === null) return;
  const { doc } = view.state;
  try {
    const answer = await asked.rename(offsetsOf(doc.toString()).toPoint(pos), to);
    // Places in a text that has changed meanwhile would be wrong ones.
    if (view.state.doc !== doc) return say("the text has changed; press Enter again");
    close(view);
    asked.renamed(answer);
  } catch (error) {
    say(error instanceof ApiError ? error.message : String(error));
  }
}

function panel(view: EditorView): Panel {
  const dom = document.createElement("form");
  dom.className = "cm-rename";
  dom.dataset.testid = "rename";
  const label = document.createElement("label");
  const line = view.state.doc.lineAt(view.state.field(renaming) ?? 0);
  const name = nameAt(line.text, (view.state.field(renaming) ?? line.from) - line.from);
  label.textContent = `New name of ${name}`;
  const input = document.createElement("input");
  input.className = "cm-textfield";
  input.value = name;
  input.spellcheck = false;
  input.setAttribute("aria-describedby", "cm-rename-problem");
  label.append(input);
  const problem = document.createElement("output");
  problem.id = "cm-rename-problem";
  problem.dataset.testid = "rename-problem";
  dom.append(label, problem);
  dom.onsubmit = (event) => {
    event.preventDefault();
    void rename(view, input.value, (text) => (problem.textContent = text));
  };
  dom.onkeydown = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(view);
    }
  };
  return { dom, top: true };
}

/** Another name for a variable, everywhere. */
export function renames(): Extension {
  return [renaming, keymap.of([{ key: "F2", run: renameAtCursor }])];
}
