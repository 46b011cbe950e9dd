import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { hoverTooltip, keymap, showTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import type { Hover } from "../host/index.ts";
import { language } from "./language.ts";
import { offsetsOf } from "./offsets.ts";

/** What something is, as it is shown: its name and kind, what it is for, and what else is known. */
export function explained({ title, detail, doc, facts }: Hover): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-hover";
  box.dataset.testid = "hover";
  const head = document.createElement("div");
  head.className = "cm-hover-head";
  const name = document.createElement("code");
  name.textContent = title;
  const kind = document.createElement("span");
  kind.textContent = detail;
  head.append(name, kind);
  box.append(head);
  if (doc) {
    const text = document.createElement("div");
    text.textContent = doc;
    box.append(text);
  }
  if (facts.length > 0) {
    const list = document.createElement("dl");
    for (const fact of facts) {
      const term = document.createElement("dt");
      term.textContent = fact.name;
      const value = document.createElement("dd");
      value.textContent = fact.value;
      list.append(term, value);
    }
    box.append(list);
  }
  return box;
}

/** Asks what stands at a place. Nothing when the text has changed meanwhile. */
async function tooltipAt(view: EditorView, pos: number): Promise<Tooltip | null> {
  const asked = view.state.facet(language);
  if (!asked) return null;
  const { doc } = view.state;
  const offsets = offsetsOf(doc.toString());
  const hover = await asked.hover(offsets.toPoint(pos)).catch(() => null);
  if (!hover || view.state.doc !== doc) return null;
  return {
    pos: offsets.toUtf16(hover.range.start),
    end: offsets.toUtf16(hover.range.end),
    above: true,
    create: () => ({ dom: explained(hover), offset: { x: 0, y: 4 } }),
  };
}

const show = StateEffect.define<Tooltip | null>();

/** The explanation that was asked for by key. It goes with the next move. */
const shown = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** Explains what stands at the cursor. */
export function explainAtCursor(view: EditorView): boolean {
  if (!view.state.facet(language)) return false;
  const { head } = view.state.selection.main;
  void tooltipAt(view, head).then((tooltip) => {
    if (tooltip && view.state.selection.main.head === head) view.dispatch({ effects: show.of(tooltip) });
  });
  return true;
}

function hide(view: EditorView): boolean {
  if (!view.state.field(shown, false)) return false;
  view.dispatch({ effects: show.of(null) });
  return true;
}

/** Explanations under the mouse, and by key at the cursor. */
export function hover(): Extension {
  return [
    hoverTooltip((view, pos) => tooltipAt(view, pos), { hoverTime: 350 }),
    shown,
    keymap.of([
      { key: "Shift-F1", run: explainAtCursor },
      { key: "Escape", run: hide },
    ]),
  ];
}
