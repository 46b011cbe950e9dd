import type { Prompt } from "$lib/host/index.ts";
import { labelsOf } from "./names.ts";

/** A line of the time line: the draft on top, then the versions, newest first. */
export interface TimelineRow {
  /** `draft`, or the version's number. */
  key: string;
  number: number;
  draft: boolean;
  labels: string[];
  message: string;
  at: string | null;
  author: string;
}

/** The draft and the versions of a prompt, newest first. */
export function timelineOf(prompt: Prompt | undefined, draft: { message: string } | undefined): TimelineRow[] {
  const versions = [...(prompt?.versions ?? [])].sort((a, b) => b.number - a.number);
  const rows = versions.map((version): TimelineRow => ({
    key: String(version.number),
    number: version.number,
    draft: false,
    labels: labelsOf(prompt, version.number),
    message: version.message,
    at: version.at,
    author: version.author,
  }));
  if (!draft) return rows;
  const number = (versions[0]?.number ?? 0) + 1;
  return [{ key: "draft", number, draft: true, labels: [], message: draft.message, at: null, author: "" }, ...rows];
}
