import { StreamLanguage, type StringStream } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

interface Place {
  /** The indentation of the key whose block of text runs, -1 for none. */
  block: number;
}

const KEY = /^(?:"[^"]*"|'[^']*'|[^\s#\-{}[\],&*!|>'"%@`][^#:]*?)(?=\s*:(?:\s|$))/;

/** The front matter's YAML, as far as it is coloured: keys, values, comments and blocks of text. */
const language = StreamLanguage.define<Place>({
  name: "yaml",
  startState: () => ({ block: -1 }),
  token(stream: StringStream, place: Place) {
    if (stream.sol()) {
      const indent = stream.indentation();
      const blank = /^\s*$/.test(stream.string);
      if (place.block >= 0 && (blank || indent > place.block)) {
        stream.skipToEnd();
        return "string";
      }
      if (!blank) place.block = -1;
    }
    if (stream.eatSpace()) return null;
    if (stream.peek() === "#") {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^-(?=\s|$)/)) return "punctuation";
    if (stream.match(KEY)) return "propertyName";
    if (stream.match(/^[|>][+-]?\d*\s*$/)) {
      place.block = stream.indentation();
      return "punctuation";
    }
    if (stream.match(/^[:,[\]{}]/)) return "punctuation";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?|^'[^']*'?/)) return "string";
    if (stream.match(/^(?:true|false|null|-?\d+(?:\.\d+)?)(?=\s|,|\]|\}|$)/)) return "number";
    if (!stream.match(/^[^\s,[\]{}#]+/)) stream.next();
    return "string";
  },
  languageData: { commentTokens: { line: "#" } },
});

/** Highlighting of front matter. */
export function yaml(): Extension {
  return language;
}
