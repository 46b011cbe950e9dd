import type { SavedValues } from "$lib/host/index.ts";

/**
 * Puts changes of two people to the saved values together. What both changed stays in both forms: theirs under its
 * name, ours beside it, so that nothing is lost unseen.
 */
export function mergeCases(
  base: readonly SavedValues[],
  ours: readonly SavedValues[],
  theirs: readonly SavedValues[],
): SavedValues[] {
  const find = (list: readonly SavedValues[], name: string) => list.find((one) => one.name === name);
  const merged: SavedValues[] = [];
  for (const their of theirs) {
    const was = find(base, their.name);
    const our = find(ours, their.name);
    if (our) merged.push(was && same(was, their) ? our : their);
    else if (!was || !same(was, their)) merged.push(their);
  }
  for (const our of ours) {
    const was = find(base, our.name);
    const their = find(theirs, our.name);
    const changed = !was || !same(was, our);
    if (!changed || merged.some((one) => same(one, our))) continue;
    merged.push(their ? { ...our, name: freeName(`${our.name} (mine)`, [...merged, ...theirs]) } : our);
  }
  return merged;
}

/** A name that none of these has: the wanted one, or with a number behind it. */
export function freeName(wanted: string, taken: readonly SavedValues[]): string {
  let name = wanted;
  for (let number = 2; taken.some((one) => one.name === name); number += 1) name = `${wanted} ${number}`;
  return name;
}

/** Whether two values are the same, whatever the order of their keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]))
  );
}

function same(a: SavedValues, b: SavedValues): boolean {
  return a.name === b.name && JSON.stringify(a.values) === JSON.stringify(b.values);
}
