import type { ChangeSpec, Text } from "@codemirror/state";

/**
 * The one change that makes a text out of another, without what both begin and end with: cursor and folds outside of it
 * stay where they are, and undo shows what really changed.
 */
export function changeTo(doc: Text, text: string): ChangeSpec | undefined {
  const before = doc.toString();
  if (before === text) return undefined;
  const most = Math.min(before.length, text.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === text.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === text.charCodeAt(text.length - 1 - end)) {
    end += 1;
  }
  // A pair of surrogates is never cut in two.
  if (isLow(before.charCodeAt(start)) || isLow(text.charCodeAt(start))) start -= 1;
  if (end > 0 && (isLow(before.charCodeAt(before.length - end)) || isLow(text.charCodeAt(text.length - end)))) end -= 1;
  return { from: start, to: before.length - end, insert: text.slice(start, text.length - end) };
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
