import type { Aspect } from "$lib/components/signal.ts";
import type { ProviderRow } from "$lib/host/index.ts";

/** The providers' state in a few words for the top bar: worst last, as on the diagram. */
export interface ProviderSummary {
  signals: { aspect: Aspect; word: string }[];
  /** Said in grey when no real provider is connected. */
  note?: string;
}

export function providerSummary(list: readonly ProviderRow[]): ProviderSummary {
  const real = list.filter((provider) => provider.kind !== "simulated");
  const simulated = list.length > real.length;
  const signals: ProviderSummary["signals"] = [];
  const clear = real.filter((provider) => provider.signal === "clear").length;
  if (clear > 0) signals.push({ aspect: "clear", word: `${clear} clear` });
  for (const aspect of ["caution", "stop"] as const) {
    const words = new Map<string, number>();
    for (const provider of real) {
      if (provider.signal === aspect) words.set(provider.word, (words.get(provider.word) ?? 0) + 1);
    }
    for (const [word, count] of words) signals.push({ aspect, word: `${count} ${word}` });
  }
  if (signals.length > 0) return { signals };
  if (real.length > 0) return { signals: [{ aspect: "dark", word: `${real.length} unknown` }] };
  return { signals, note: simulated ? "simulated ready" : "no provider" };
}
