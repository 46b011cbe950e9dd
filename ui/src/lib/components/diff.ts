/** A piece of a line, and whether the other side has it too. */
export interface DiffSpan {
  text: string;
  changed: boolean;
}

/** One line of one side with its number, from 1. */
export interface DiffLine {
  number: number;
  spans: readonly DiffSpan[];
}

/** Two lines that stand beside each other; a side without one has nothing there. */
export interface DiffRow {
  left: DiffLine | null;
  right: DiffLine | null;
}

/** One line of the unified form. */
export interface UnifiedLine {
  left: number | null;
  right: number | null;
  kind: "same" | "del" | "ins";
  spans: readonly DiffSpan[];
}

/** True when the row says the same on both sides. */
export function isSame(row: DiffRow): boolean {
  return (
    row.left !== null &&
    row.right !== null &&
    !row.left.spans.some((span) => span.changed) &&
    !row.right.spans.some((span) => span.changed)
  );
}

/** Both sides in one column: what was, then what is. */
export function unify(rows: readonly DiffRow[]): UnifiedLine[] {
  return rows.flatMap((row): UnifiedLine[] => {
    if (row.left && row.right && isSame(row)) {
      return [{ left: row.left.number, right: row.right.number, kind: "same", spans: row.right.spans }];
    }
    const lines: UnifiedLine[] = [];
    if (row.left) lines.push({ left: row.left.number, right: null, kind: "del", spans: row.left.spans });
    if (row.right) lines.push({ left: null, right: row.right.number, kind: "ins", spans: row.right.spans });
    return lines;
  });
}

/** How many words came and went, for a summary such as "27 words in, 15 out". */
export function countWords(rows: readonly DiffRow[]): { added: number; removed: number } {
  const words = (line: DiffLine | null) =>
    (line?.spans ?? [])
      .filter((span) => span.changed)
      .reduce((sum, span) => sum + (span.text.match(/\S+/g)?.length ?? 0), 0);
  return rows.reduce((sum, row) => ({ added: sum.added + words(row.right), removed: sum.removed + words(row.left) }), {
    added: 0,
    removed: 0,
  });
}
