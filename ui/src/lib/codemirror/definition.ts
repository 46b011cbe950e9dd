import type { Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { language } from "./language.ts";
import { offsetsOf } from "./offsets.ts";

function goFrom(view: EditorView, pos: number): boolean {
  const asked = view.state.facet(language);
  if (!asked) return false;
  const at = offsetsOf(view.state.doc.toString()).toPoint(pos);
  void asked.definition(at).then(
    (definition) => {
      if (definition) asked.go(definition);
    },
    () => undefined,
  );
  return true;
}

/** Goes to where what stands at the cursor is defined: a variable's declaration, or the included prompt. */
export function goToDefinition(view: EditorView): boolean {
  return goFrom(view, view.state.selection.main.head);
}

/** The way to a definition: by key, and by a click with the key of the system. */
export function definitions(): Extension {
  return [
    keymap.of([{ key: "F12", run: goToDefinition }]),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        if (event.button !== 0 || !(event.metaKey || event.ctrlKey)) return false;
        const pos = view.posAtCoords({ x: event.clientX, y: event.clientY });
        if (pos === null) return false;
        event.preventDefault();
        return goFrom(view, pos);
      },
    }),
  ];
}
