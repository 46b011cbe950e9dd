import type { PromptRow } from "$lib/host/index.ts";
import { splitName } from "$lib/prompts.ts";
import type { TreeRow } from "./tree.ts";

/** Prompts that can be exported together. */
export interface Scope {
  id: "prompt" | "folder" | "all";
  label: string;
  prompts: readonly PromptRow[];
}

/** What can be exported from a row: the prompt, its folder, and everything that is shown. */
export function scopesOf(row: TreeRow | undefined, shown: readonly PromptRow[]): Scope[] {
  const scopes: Scope[] = [];
  const prompt = row && row.kind !== "folder" ? row.prompt : undefined;
  if (prompt) scopes.push({ id: "prompt", label: splitName(prompt.name).leaf, prompts: [prompt] });
  const folder = row?.kind === "folder" ? row.path : prompt ? splitName(prompt.name).folder : "";
  const inside = folder ? shown.filter(({ name }) => name.startsWith(`${folder}/`)) : [];
  if (inside.length > 0) scopes.push({ id: "folder", label: `${folder}/`, prompts: inside });
  if (shown.length > 0) scopes.push({ id: "all", label: `All ${shown.length} shown`, prompts: shown });
  return scopes;
}

/** The labels that each of the prompts has, by name. */
export function commonLabels(prompts: readonly PromptRow[]): string[] {
  const [first, ...rest] = prompts;
  const labels = first?.labels.map(({ label }) => label) ?? [];
  return labels.filter((label) => rest.every((prompt) => prompt.labels.some((one) => one.label === label))).sort();
}
