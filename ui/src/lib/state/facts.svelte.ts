import { onDestroy } from "svelte";
import { SvelteMap } from "svelte/reactivity";

/** Quiet facts at the right of the status line, such as "Draft saved 11:38:04". Screens add theirs while they live. */
const facts = new SvelteMap<symbol, () => string | undefined>();

/** Shows a fact for as long as the calling component lives; an undefined one takes no place. */
export function useFact(fact: () => string | undefined): void {
  const key = Symbol("fact");
  facts.set(key, fact);
  onDestroy(() => facts.delete(key));
}

/** The facts to show now, each once. Reactive. */
export function shownFacts(): string[] {
  const texts = [...facts.values()].map((fact) => fact()).filter((text) => text !== undefined && text !== "");
  return [...new Set(texts as string[])];
}
