import type { JudgeSettings, RouteSettings, Tier, TierChain } from "$lib/host/index.ts";

/** One chain of a route: whose it is, and its models in their order. */
export interface Line {
  id: string;
  role: "generate" | "classify" | "judge";
  /** The tier that it serves; null for all. */
  tier: Tier | null;
  models: readonly string[];
  /** What happens when all of it has failed. */
  end: string;
}

/** The chains of a route in the order in which they are shown. */
export function linesOf(settings: RouteSettings): Line[] {
  const generate = settings.generate.map(({ tier, models }): Line => ({
    id: `generate ${tier ?? "all"}`,
    role: "generate",
    tier,
    models,
    end: settings.cache?.stale ? "an older answer, else unavailable" : "unavailable",
  }));
  return [
    ...generate,
    { id: "classify", role: "classify", tier: null, models: settings.classify, end: "the strong tier" },
    { id: "judge", role: "judge", tier: null, models: settings.judge?.models ?? [], end: "unverified" },
  ];
}

/** The settings with other models in one of the chains. */
export function withModels(settings: RouteSettings, line: Line, models: readonly string[]): RouteSettings {
  switch (line.role) {
    case "classify":
      return { ...settings, classify: [...models] };
    case "judge": {
      const judge: JudgeSettings | null =
        models.length === 0 ? null : { min_tier: settings.judge?.min_tier ?? null, models: [...models] };
      return { ...settings, judge };
    }
    case "generate": {
      const generate = settings.generate.map((chain): TierChain =>
        chain.tier === line.tier ? { ...chain, models: [...models] } : chain,
      );
      return { ...settings, generate };
    }
  }
}

/** The models with one moved by some places; the same list where it can't go further. */
export function moved(models: readonly string[], from: number, by: number): readonly string[] {
  const to = Math.min(Math.max(from + by, 0), models.length - 1);
  const one = models[from];
  if (one === undefined || to === from) return models;
  const rest = models.filter((_, index) => index !== from);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
}

/** Whether a chain may lose one more model: a generator needs one. */
export function mayLose(line: Line): boolean {
  return line.role !== "generate" || line.models.length > 1;
}

const TIERS: readonly Tier[] = ["simple", "standard", "complex", "reasoning"];

/** The settings with a chain for each tier, or with one for all. Each tier begins with what it had by then. */
export function withTiers(settings: RouteSettings, apart: boolean): RouteSettings {
  const first = settings.generate[0]?.models ?? [];
  if (!apart) {
    const usual = settings.generate.find((chain) => chain.tier === "standard")?.models ?? first;
    return { ...settings, generate: [{ tier: null, models: [...usual] }] };
  }
  return { ...settings, generate: TIERS.map((tier) => ({ tier, models: [...first] })) };
}

/** A length of time as it stands in `signalbox.toml`: `300ms`, `8s`, `2m`, `1h`, `1d`. */
export function durationText(milliseconds: number): string {
  const units: [number, string][] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "m"],
    [1_000, "s"],
  ];
  const unit = units.find(([length]) => milliseconds >= length && milliseconds % length === 0);
  return unit ? `${milliseconds / unit[0]}${unit[1]}` : `${milliseconds}ms`;
}

/** Milliseconds of such a text; nothing when it is none. */
export function readDuration(text: string): number | undefined {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(text);
  const lengths: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const length = lengths[found?.[2] ?? ""];
  if (!found || length === undefined) return undefined;
  return Math.round(Number(found[1]) * length);
}
