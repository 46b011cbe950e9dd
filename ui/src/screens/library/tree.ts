import type { Excerpt, PromptHit, PromptRow } from "$lib/host/index.ts";
import { splitName } from "$lib/prompts.ts";

/** One line of the library. */
export type TreeRow =
  | { kind: "folder"; path: string; name: string; depth: number; open: boolean; count: number }
  | { kind: "prompt"; prompt: PromptRow; name: string; depth: number }
  | { kind: "hit"; prompt: PromptRow; name: string; depth: number; excerpt: Excerpt };

/** What narrows the list. */
export interface Filter {
  text: string;
  drafts: boolean;
}

/** True when every word that was typed occurs in the prompt's name. */
export function passes(prompt: PromptRow, words: readonly string[], drafts: boolean): boolean {
  if (drafts && prompt.draft_at === null) return false;
  const name = prompt.name.toLowerCase();
  return words.every((word) => name.includes(word));
}

export function filterWords(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * Prompts, in the order of `inTreeOrder`, as a tree, flattened to its visible lines. While a filter is typed every folder is open: a hit in a closed
 * folder would look like no hit.
 */
export function treeRows(prompts: readonly PromptRow[], filter: Filter, closed: ReadonlySet<string>): TreeRow[] {
  const words = filterWords(filter.text);
  const filtered = words.length > 0 || filter.drafts;
  const shown = filtered ? prompts.filter((prompt) => passes(prompt, words, filter.drafts)) : prompts;
  const counts = new Map<string, number>();
  for (const prompt of shown) {
    for (const folder of foldersOf(prompt.name)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const rows: TreeRow[] = [];
  const seen = new Set<string>();
  for (const prompt of shown) {
    const folders = foldersOf(prompt.name);
    let hidden = false;
    folders.forEach((path, depth) => {
      const open = filtered || !closed.has(path);
      if (!hidden && !seen.has(path)) {
        seen.add(path);
        rows.push({ kind: "folder", path, name: splitName(path).leaf, depth, open, count: counts.get(path) ?? 0 });
      }
      hidden ||= !open;
    });
    if (!hidden) rows.push({ kind: "prompt", prompt, name: splitName(prompt.name).leaf, depth: folders.length });
  }
  return rows;
}

/**
 * What a search found beside names: below the tree, each with the place that was found. A prompt whose name says it
 * already isn't there twice.
 */
export function hitRows(
  hits: readonly PromptHit[],
  find: (name: string) => PromptRow | undefined,
  filter: Filter,
): TreeRow[] {
  const words = filterWords(filter.text);
  return hits.flatMap(({ name, excerpt }): TreeRow[] => {
    const prompt = find(name);
    if (!prompt || !excerpt || excerpt.of.kind === "name") return [];
    if (passes(prompt, words, filter.drafts) || !passes(prompt, [], filter.drafts)) return [];
    return [{ kind: "hit", prompt, name, depth: 0, excerpt }];
  });
}

/** `a/b/c` lies in `a` and `a/b`. */
export function foldersOf(name: string): string[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Sorts once for all filters: folders before what stands beside them, each in the order of names. */
export function inTreeOrder(prompts: readonly PromptRow[]): PromptRow[] {
  return prompts
    .map((prompt) => ({ prompt, parts: prompt.name.split("/") }))
    .sort((a, b) => compareParts(a.parts, b.parts))
    .map(({ prompt }) => prompt);
}

function compareParts(left: readonly string[], right: readonly string[]): number {
  for (let at = 0; ; at += 1) {
    const leftFolder = at < left.length - 1;
    const rightFolder = at < right.length - 1;
    if (leftFolder !== rightFolder) return leftFolder ? -1 : 1;
    const x = left[at] ?? "";
    const y = right[at] ?? "";
    if (x !== y) return x < y ? -1 : 1;
    if (!leftFolder) return 0;
  }
}

export function rowKey(row: TreeRow): string {
  if (row.kind === "folder") return `${row.path}/`;
  // No name has two slashes in a row.
  return row.kind === "hit" ? `${row.prompt.name}//text` : row.prompt.name;
}
