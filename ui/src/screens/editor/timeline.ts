import type { LabelChange, Prompt } from "$lib/host/index.ts";
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

/** A line of the time line as it is drawn: a version, or what became of a label. */
export type TimelineLine =
  { kind: "version"; key: string; row: TimelineRow } | { kind: "label"; key: string; change: LabelChange };

/**
 * The versions with the changes of labels between them, by their times; both come newest first and stay so. A change
 * that a file or git made has no time and stands right after the newer one.
 */
export function withLabelChanges(rows: readonly TimelineRow[], changes: readonly LabelChange[]): TimelineLine[] {
  const lines: TimelineLine[] = [];
  let next = 0;
  const takeUntil = (at: number) => {
    for (; next < changes.length; next += 1) {
      const change = changes[next] as LabelChange;
      if (change.at !== null && Date.parse(change.at) < at) return;
      // The oldest change is 0 for good, whatever is added above it.
      lines.push({ kind: "label", key: `label-${changes.length - 1 - next}`, change });
    }
  };
  for (const row of rows) {
    if (!row.draft) takeUntil(row.at === null ? Number.POSITIVE_INFINITY : Date.parse(row.at));
    lines.push({ kind: "version", key: row.key, row });
  }
  takeUntil(Number.NEGATIVE_INFINITY);
  return lines;
}
