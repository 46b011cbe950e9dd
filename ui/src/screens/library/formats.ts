import type { Format, ImportOutcome, LossKind } from "$lib/host/index.ts";
import type { Aspect } from "$lib/components/signal.ts";

/** Every format of prompts by the name that its people use. */
export const FORMATS: Record<Format, string> = {
  prompty: "Prompty",
  dotprompt: "Dotprompt",
  promptfoo: "promptfoo YAML",
  langfuse: "Langfuse JSON",
  github: "GitHub .prompt.yml",
  evals: "OpenAI evals JSONL",
};

export const FORMAT_ITEMS = (Object.keys(FORMATS) as Format[]).map((value) => ({ value, label: FORMATS[value] }));

/** What became of something that the other format doesn't have. */
export const LOSSES: Record<LossKind, { aspect: Aspect; word: string }> = {
  changed: { aspect: "caution", word: "changed" },
  left_out: { aspect: "caution", word: "left out" },
  refused: { aspect: "stop", word: "refused" },
};

/** What an import does, with the version that it makes. */
export function outcomeWords(outcome: ImportOutcome, version: number): string {
  if (outcome === "new") return "new prompt";
  return outcome === "version" ? `new version ${version}` : `already version ${version}`;
}
