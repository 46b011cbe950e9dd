import { StreamLanguage, type StringStream } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { basics } from "./basics.ts";

/** JSON, as far as it is coloured: keys, texts, other values. */
const language = StreamLanguage.define({
  name: "json",
  token(stream: StringStream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"(?=\s*:)/)) return "propertyName";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^(?:true|false|null)\b/) || stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
    if (stream.match(/^[{}[\],:]/)) return "punctuation";
    stream.next();
    return null;
  },
});

/** The extensions of an editor of JSON. */
export function jsonExtensions(label: string, fixKeys: string): Extension {
  return [basics(label, fixKeys), language];
}
