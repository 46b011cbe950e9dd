import { isSame, type DiffRow } from "./diff.ts";

/** A run of rows that is shown, or one of equal rows that is put away. */
export interface Fold {
  /** The place of its first row. */
  at: number;
  rows: readonly DiffRow[];
  folded: boolean;
}

/** Equal lines that stay round a change, and the shortest run that is worth putting away. */
const ROUND = 3;
const WORTH = 8;

/** Puts long runs of equal lines away, but those that were opened. Short texts are shown whole. */
export function foldRows(rows: readonly DiffRow[], opened: ReadonlySet<number>): Fold[] {
  const folds: Fold[] = [];
  let shown = 0;
  for (let at = 0; at < rows.length;) {
    let end = at;
    while (end < rows.length && isSame(rows[end] as DiffRow)) end += 1;
    if (end === at) {
      at += 1;
      continue;
    }
    const from = at === 0 ? 0 : at + ROUND;
    const to = end === rows.length ? end : end - ROUND;
    if (to - from >= WORTH && !opened.has(from)) {
      if (from > shown) folds.push({ at: shown, rows: rows.slice(shown, from), folded: false });
      folds.push({ at: from, rows: rows.slice(from, to), folded: true });
      shown = to;
    }
    at = end;
  }
  if (shown < rows.length) folds.push({ at: shown, rows: rows.slice(shown), folded: false });
  return folds;
}
