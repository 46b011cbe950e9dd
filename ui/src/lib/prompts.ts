import type { Aspect } from "./components/signal.ts";
import type { Badge, PromptRow } from "./host/index.ts";

/** The labels of a prompt as pills say them: `production 14`. */
export function labelPills(prompt: PromptRow): string[] {
  return prompt.labels.map(({ label, version }) => `${label} ${version}`);
}

/** `draft of 18` for unsaved text that would become version 18; nothing without a draft. */
export function draftWord(prompt: PromptRow): string | undefined {
  return prompt.draft_at === null ? undefined : `draft of ${(prompt.latest ?? 0) + 1}`;
}

/** A badge as a signal: verified, failed, or unverified with its reason. */
export function badgeSignal(badge: Badge): { aspect: Aspect; word: string; reason?: string } {
  if (badge.state === "verified") return { aspect: "clear", word: "verified" };
  if (badge.state === "failed") return { aspect: "stop", word: "failed" };
  return { aspect: "dark", word: "unverified", reason: badge.reason };
}

/** The folder of a name, empty at the top, and the last part. */
export function splitName(name: string): { folder: string; leaf: string } {
  const at = name.lastIndexOf("/");
  return { folder: at < 0 ? "" : name.slice(0, at), leaf: name.slice(at + 1) };
}
