import { jinjaLanguage } from "@codemirror/lang-jinja";
import { LRLanguage } from "@codemirror/language";
import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";

type Wrap = NonNullable<Parameters<typeof jinjaLanguage.parser.configure>[0]["wrap"]>;

/**
 * The text between Jinja's marks is prose. The language would read it as HTML, which is wrong for prompts and costs
 * ten milliseconds at every key in a text of two thousand lines, so the parser of the marks is taken out of its wrapper.
 */
const marksOnly: Wrap = (parse) => (parse as { baseParse?: typeof parse }).baseParse ?? parse;

const language = LRLanguage.define({
  name: "jinja",
  parser: jinjaLanguage.parser.configure({ wrap: marksOnly }),
  languageData: {
    indentOnInput: /^\s*\{%-?\s*(?:end|elif|else)$/,
    closeBrackets: { brackets: ["{", "[", "("] },
  },
});

/** A line that opens a message, as the core reads it: the role, its attributes in brackets, and a colon. */
export const ROLE_LINE = /^\s*#?\s*(system|developer|user|assistant|tool)\s*(\[[^\]]*\])?\s*:\s*$/i;

const role = Decoration.mark({ class: "cm-role" });

function rolesInSight(view: EditorView): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      if (line.length > 0 && line.length < 200 && ROLE_LINE.test(line.text)) marks.add(line.from, line.to, role);
      at = line.to + 1;
    }
  }
  return marks.finish();
}

const roles = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = rolesInSight(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = rolesInSight(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** Highlighting of templates: Jinja's marks, and the lines that open a message. */
export function jinja(): Extension {
  return [language, roles];
}
