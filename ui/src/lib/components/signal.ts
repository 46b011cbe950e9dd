/** The four aspects of a signal. Each has a colour and a shape, and is never shown without a word. */
export type Aspect = "clear" | "caution" | "stop" | "dark";

const WORDS: Record<Exclude<Aspect, "dark">, readonly string[]> = {
  clear: ["verified", "passed", "clear", "done", "complete", "listening", "accepted", "independent", "ok", "on course"],
  caution: [
    "degraded",
    "fallback",
    "conflict",
    "locked",
    "flagged",
    "redacted",
    "coerced",
    "cooling_down",
    "cooling down",
    "interrupted",
    "cancelled",
    "warned",
    "stepped_down",
  ],
  stop: ["blocked", "failed", "refused", "failing", "error", "denied", "budget_exceeded"],
};

/** The aspect of a state's word; a word nobody knows is dark, never clear. */
export function aspectOf(word: string): Aspect {
  const lower = word.toLowerCase();
  for (const aspect of ["stop", "caution", "clear"] as const) {
    if (WORDS[aspect].includes(lower)) return aspect;
  }
  return "dark";
}
