/** A text that fits what was typed, with the places that fit. */
export interface Match {
  score: number;
  /** Pieces of the text in order; those that fit are marked. */
  pieces: readonly { text: string; hit: boolean }[];
}

/**
 * Finds what was typed in a text: best as one piece at the start of a word, then as one piece, then as beginnings of
 * words. Nothing typed fits everything.
 */
export function match(text: string, typed: string): Match | undefined {
  const query = typed.trim().toLowerCase();
  if (query === "") return { score: 0, pieces: [{ text, hit: false }] };
  const lower = text.toLowerCase();
  const whole = findWord(lower, query);
  if (whole >= 0) {
    const starts = whole === 0 || /[^\p{L}\p{N}]/u.test(lower[whole - 1] ?? "");
    return {
      score: (whole === 0 ? 400 : starts ? 300 : 200) - Math.min(whole, 99),
      pieces: cut(text, [[whole, whole + query.length]]),
    };
  }
  const ranges = beginnings(lower, query.replace(/\s+/g, ""));
  return ranges ? { score: 100 - ranges.length * 5, pieces: cut(text, ranges) } : undefined;
}

/** Reads the query as the beginnings of words, in order: `mola` is found in "Move a label". */
function beginnings(lower: string, letters: string): [number, number][] | undefined {
  const starts = [...lower.matchAll(/[\p{L}\p{N}]+/gu)].map(
    (word) => [word.index, word.index + word[0].length] as const,
  );
  const search = (word: number, letter: number): [number, number][] | undefined => {
    if (letter === letters.length) return [];
    const bounds = starts[word];
    if (!bounds) return undefined;
    let length = 0;
    while (bounds[0] + length < bounds[1] && lower[bounds[0] + length] === letters[letter + length]) length += 1;
    for (let taken = length; taken > 0; taken -= 1) {
      const rest = search(word + 1, letter + taken);
      if (rest) return [[bounds[0], bounds[0] + taken], ...rest];
    }
    return search(word + 1, letter);
  };
  return search(0, 0);
}

/** The first place of the query that begins a word, otherwise its first place. */
function findWord(lower: string, query: string): number {
  const first = lower.indexOf(query);
  for (let at = first; at >= 0; at = lower.indexOf(query, at + 1)) {
    if (at === 0 || /[^\p{L}\p{N}]/u.test(lower[at - 1] ?? "")) return at;
  }
  return first;
}

function cut(text: string, ranges: readonly (readonly [number, number])[]): Match["pieces"] {
  const pieces: { text: string; hit: boolean }[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (start > at) pieces.push({ text: text.slice(at, start), hit: false });
    pieces.push({ text: text.slice(start, end), hit: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), hit: false });
  return pieces;
}
