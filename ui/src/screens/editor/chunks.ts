import type { RenderedMessage, Segment, Within } from "$lib/host/index.ts";

/** A run of text from one place: the template's own, or the value of an expression. */
export interface Piece {
  text: string;
  /** The expression and its line, for the tooltip; nothing for text that an author wrote. */
  from: string | undefined;
  /** The included prompt that it is a part of, where that stands in the middle of a line. */
  within?: string | undefined;
}

/** Some lines of a message. Unchanged lines keep their object, so that they aren't drawn again. */
export interface Chunk {
  key: string;
  pieces: readonly Piece[];
  /** The included prompt that all of it comes from. */
  within?: Within | undefined;
  /** It begins there, so it says where it comes from. */
  begins?: boolean | undefined;
}

/** Lines of one chunk: enough that there are few of them, and few enough that one is drawn at once. */
const LINES = 40;

/** Text that comes from one prompt. */
interface Stretch {
  within: Within | undefined;
  pieces: Piece[];
}

/**
 * Cuts a message into chunks of whole lines, and takes those of the last drawing that still say the same. An include that
 * stands on lines of its own is a block; one in the middle of a line stays there.
 */
export function chunksOf(message: RenderedMessage, before: readonly Chunk[] = []): Chunk[] {
  const chunks: Chunk[] = [];
  for (const { within, pieces } of blocksOf(stretchesOf(message.segments))) {
    const first = chunks.length;
    for (const lines of linesOf(pieces)) {
      const begins = within !== undefined && chunks.length === first;
      const said = lines.map((piece) => `${piece.from ?? ""}\u0000${piece.within ?? ""}\u0000${piece.text}`);
      const key = [within ? nameOf(within) : "", String(begins), ...said].join("\u0001");
      const old = before[chunks.length];
      chunks.push(old?.key === key ? old : { key, pieces: lines, ...(within ? { within, begins } : {}) });
    }
  }
  return chunks;
}

/** An included prompt in words. */
export function nameOf({ prompt, version }: Within): string {
  return `${prompt} ${version}`;
}

function stretchesOf(segments: readonly Segment[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { text, origin } of segments) {
    const within = origin.kind === "included" ? origin : origin.kind === "value" ? origin.within : undefined;
    const of = within ? ` of ${within.prompt}` : "";
    const from = origin.kind === "value" ? `${origin.expression}, line ${origin.line}${of}` : undefined;
    const last = stretches.at(-1);
    const same = last && (last.within && within ? nameOf(last.within) === nameOf(within) : last.within === within);
    if (last && same) last.pieces.push({ text, from });
    else {
      const place = within && { prompt: within.prompt, version: within.version };
      stretches.push({ within: place, pieces: [{ text, from }] });
    }
  }
  return stretches;
}

/** The stretches with everything that shares a line in one. The line feeds between them are made by the blocks. */
function blocksOf(stretches: readonly Stretch[]): Stretch[] {
  const apart = stretches
    .slice(1)
    .map((next, index) => ends(stretches[index]) || (next.pieces[0]?.text.startsWith("\n") ?? false));
  const isBlock = stretches.map(
    ({ within }, index) => within !== undefined && (apart[index - 1] ?? true) && (apart[index] ?? true),
  );
  const blocks: Stretch[] = [];
  let open: Stretch | undefined;
  for (const [index, { within, pieces }] of stretches.entries()) {
    if (isBlock[index]) {
      blocks.push({ within, pieces: [...pieces] });
      open = undefined;
      continue;
    }
    const named = within ? pieces.map((piece) => ({ ...piece, within: nameOf(within) })) : pieces;
    if (open) open.pieces.push(...named);
    else blocks.push((open = { within: undefined, pieces: [...named] }));
  }
  if (blocks.length === 0) return [{ within: undefined, pieces: [] }];
  return apartFrom(blocks);
}

/** Takes the line feed between two blocks away. One that is all there is between two blocks goes with both. */
function apartFrom(blocks: Stretch[]): Stretch[] {
  const kept: Stretch[] = [];
  for (const block of blocks) {
    const last = kept.at(-1);
    if (last) {
      if (ends(last)) last.pieces = cut(last.pieces, -1);
      else if (block.pieces[0]?.text.startsWith("\n")) block.pieces = cut(block.pieces, 1);
      else kept.pop();
    }
    kept.push(block);
  }
  return kept;
}

function ends(stretch: Stretch | undefined): boolean {
  return stretch?.pieces.at(-1)?.text.endsWith("\n") ?? false;
}

/** The pieces without their first or last character. */
function cut(pieces: readonly Piece[], side: 1 | -1): Piece[] {
  const at = side === 1 ? 0 : pieces.length - 1;
  return pieces
    .map((piece, index) =>
      index === at ? { ...piece, text: side === 1 ? piece.text.slice(1) : piece.text.slice(0, -1) } : piece,
    )
    .filter((piece) => piece.text !== "");
}

/** Pieces by some lines. A line feed opens a line, also at the very end. */
function linesOf(pieces: readonly Piece[]): Piece[][] {
  const all: Piece[][] = [];
  let some: Piece[] = [];
  let lines = 0;
  let opened = true;
  for (const piece of pieces) {
    let rest = piece.text;
    for (;;) {
      const end = endOfLines(rest, LINES - lines);
      if (end === undefined) break;
      // The line's end is made by the block itself.
      if (end > 0) some.push({ ...piece, text: rest.slice(0, end) });
      all.push(some);
      some = [];
      lines = 0;
      opened = true;
      rest = rest.slice(end + 1);
    }
    if (rest !== "") {
      opened = false;
      some.push({ ...piece, text: rest });
      lines += rest.split("\n").length - 1;
    }
  }
  if (some.length > 0 || opened) all.push(some);
  return all;
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
