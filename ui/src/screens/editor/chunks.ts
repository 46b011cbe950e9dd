import type { RenderedMessage } from "$lib/host/index.ts";

/** A run of text from one place: the template's own, or the value of an expression. */
export interface Piece {
  text: string;
  /** The expression and its line, for the tooltip; nothing for the template's own text. */
  from: string | undefined;
}

/** Some lines of a message. Unchanged lines keep their object, so that they aren't drawn again. */
export interface Chunk {
  key: string;
  pieces: readonly Piece[];
}

/** Lines of one chunk: enough that there are few of them, and few enough that one is drawn at once. */
const LINES = 40;

/** Cuts a message into chunks of whole lines, and takes those of the last drawing that still say the same. */
export function chunksOf(message: RenderedMessage, before: readonly Chunk[] = []): Chunk[] {
  const chunks: Chunk[] = [];
  let pieces: Piece[] = [];
  let lines = 0;
  /** A line feed opens a line, also at the very end. */
  let opened = true;
  const close = () => {
    const key = pieces.map((piece) => `${piece.from ?? ""}\u0000${piece.text}`).join("\u0001");
    const old = before[chunks.length];
    chunks.push(old?.key === key ? old : { key, pieces });
    pieces = [];
    lines = 0;
  };
  for (const { text, origin } of message.segments) {
    const from = origin.kind === "value" ? `${origin.expression}, line ${origin.line}` : undefined;
    let rest = text;
    for (;;) {
      const end = endOfLines(rest, LINES - lines);
      if (end === undefined) break;
      // The line's end is made by the block itself.
      if (end > 0) pieces.push({ text: rest.slice(0, end), from });
      close();
      opened = true;
      rest = rest.slice(end + 1);
    }
    if (rest !== "") {
      opened = false;
      pieces.push({ text: rest, from });
      lines += rest.split("\n").length - 1;
    }
  }
  if (pieces.length > 0 || opened) close();
  return chunks;
}

/** The place of the line feed that ends so many lines; nothing when there are fewer. */
function endOfLines(text: string, lines: number): number | undefined {
  let at = -1;
  for (let count = 0; count < lines; count += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return undefined;
  }
  return at < 0 ? undefined : at;
}

/** The message as plain text. */
export function textOf(message: RenderedMessage): string {
  return message.segments.map((segment) => segment.text).join("");
}
