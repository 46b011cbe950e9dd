import type { AnswerRepair, Decision } from "./host/index.ts";

/** What was done to an answer so that it follows its schema. */
export interface Repaired {
  repairs: AnswerRepair[];
  /** How much the value can be trusted, from 0 to 1. */
  confidence: number;
}

/** What the decisions say of the answer that was delivered; nothing when it came as it should, or when there is none. */
export function repairedBy(decisions: readonly Decision[]): Repaired | undefined {
  const last = decisions.findLast(
    ({ stage, cause }) => stage === "parse" && (cause === "repaired" || cause === "invalid"),
  );
  if (last?.cause !== "repaired" || typeof last.data !== "object" || last.data === null) return undefined;
  const { repairs, confidence } = last.data as { repairs?: unknown; confidence?: unknown };
  if (!Array.isArray(repairs)) return undefined;
  return { repairs: repairs.filter(isRepair), confidence: typeof confidence === "number" ? confidence : 0 };
}

function isRepair(value: unknown): value is AnswerRepair {
  if (typeof value !== "object" || value === null) return false;
  const { path, what, cost, note } = value as Partial<Record<keyof AnswerRepair, unknown>>;
  return typeof path === "string" && typeof what === "string" && typeof cost === "number" && typeof note === "string";
}

/** The repairs at a field of the answer, or below it. */
export function repairsAt(repairs: readonly AnswerRepair[], name: string): AnswerRepair[] {
  const path = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return repairs.filter((repair) => repair.path === path || repair.path.startsWith(`${path}/`));
}
