import type { Aspect } from "$lib/components/signal.ts";
import { classWord } from "$lib/calls.ts";
import type { Attempt, Call, Decision } from "$lib/host/index.ts";

/** A stretch on the time line, in milliseconds from the call's beginning. */
export interface Bar {
  kind: "point" | "wait" | "flow" | "failed";
  from: number;
  to: number;
}

/** One line of the diagram: a decision, or all decisions of one attempt. */
export interface TrackRow {
  key: string;
  stage: string;
  aspect: Aspect | "plain";
  cause: string;
  /** Said by the gateway, in order. */
  detail: string;
  /** Runs on the siding: behind a fallback. */
  siding: boolean;
  bars: Bar[];
}

/**
 * Decisions as lines. What belongs to one attempt is one line: its cause is the last thing that decided, and its bar
 * shows waiting and streaming. Lines behind a fallback run on the siding; the main line ends at the stop.
 */
export function trackRows(call: Call, decisions: readonly Decision[], now: number): TrackRow[] {
  const begun = Date.parse(call.started_at);
  // What a crash left without an end lasted no longer than until somebody took note of it.
  const until =
    call.status === "running" ? now : Math.max(begun, ...decisions.map((decision) => Date.parse(decision.at)));
  const rows: TrackRow[] = [];
  const attempts = new Map<number, Decision[]>();
  let siding = false;
  for (const decision of decisions) {
    const number = decision.stage === "attempt" ? decision.attempt : null;
    if (number !== null) {
      const group = attempts.get(number);
      if (group) {
        group.push(decision);
        continue;
      }
      attempts.set(number, [decision]);
    }
    siding ||= decision.cause === "fallback";
    rows.push({
      key: number === null ? `decision ${decision.seq}` : `attempt ${number}`,
      stage: number === null ? decision.stage : `attempt ${number}`,
      aspect: decision.signal,
      cause: decision.cause,
      detail: decision.detail,
      siding,
      bars: number === null ? [point(Date.parse(decision.at) - begun)] : [],
    });
  }
  let fellBack = false;
  for (const row of rows) {
    const number = row.key.startsWith("attempt ") ? Number(row.key.slice(8)) : undefined;
    const group = number === undefined ? undefined : attempts.get(number);
    if (group && number !== undefined) {
      const attempt = call.attempts.find((one) => one.number === number);
      fellBack ||= group.some((decision) => decision.cause === "fallback") && number > 1;
      Object.assign(row, describeAttempt(group, attempt, begun, until));
      // A fallback that is told with the attempt that failed begins the siding with the next line.
      row.siding = fellBack;
      if (group.some((decision) => decision.cause === "fallback") && number === 1) fellBack = true;
    } else {
      row.siding ||= fellBack;
    }
  }
  return rows;
}

function describeAttempt(
  group: readonly Decision[],
  attempt: Attempt | undefined,
  begun: number,
  now: number,
): Pick<TrackRow, "aspect" | "cause" | "detail" | "bars"> {
  const failed = group.find((decision) => decision.cause === "failed");
  const last = group.findLast((decision) => decision.signal !== "plain") ?? group.at(-1);
  const fallback = group.find((decision) => decision.cause === "fallback");
  const shown = failed ?? fallback ?? last;
  const word = failed && attempt?.state === "failed" ? classWord(attempt.failure.class) : (shown?.cause ?? "sent");
  return {
    aspect: shown?.signal ?? "plain",
    cause: word,
    // How it ended comes first: it holds the figures, and a narrow column shows the beginning.
    detail: sentences([...group].reverse().map((decision) => decision.detail)),
    bars: attemptBars(group, attempt, begun, now),
  };
}

/** Joins particulars to one text: each begins with a capital and ends with a full stop but the last. */
export function sentences(parts: readonly string[]): string {
  const kept = parts
    .map((part) => part.trim().replace(/\.$/, ""))
    .filter((part, index, all) => part && all.indexOf(part) === index);
  return kept.map((part, index) => (index === 0 ? part : part[0]?.toUpperCase() + part.slice(1))).join(". ");
}

function attemptBars(group: readonly Decision[], attempt: Attempt | undefined, begun: number, now: number): Bar[] {
  const start = Date.parse(attempt?.started_at ?? group[0]?.at ?? "") - begun;
  const ended = group.find((one) =>
    ["complete", "truncated", "failed", "cancelled", "interrupted"].includes(one.cause),
  );
  const end =
    attempt && attempt.total_ms !== null
      ? start + attempt.total_ms
      : ended
        ? Date.parse(ended.at) - begun
        : now - begun;
  const told = group.find((one) => one.cause === "first token");
  const first =
    attempt && attempt.first_token_ms !== null
      ? start + attempt.first_token_ms
      : told
        ? Date.parse(told.at) - begun
        : undefined;
  if (ended?.cause === "failed" && first === undefined) return [{ kind: "failed", from: start, to: end }];
  if (first === undefined) return [{ kind: "wait", from: start, to: end }];
  return [
    { kind: "wait", from: start, to: first },
    { kind: ended?.cause === "failed" ? "failed" : "flow", from: first, to: end },
  ];
}

function point(at: number): Bar {
  return { kind: "point", from: Math.max(0, at), to: Math.max(0, at) };
}

/** A time axis: how many milliseconds a step is, and what stands at each. */
export interface Axis {
  step: number;
  labels: string[];
}

const STEPS = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];

/** The finest axis of six steps on which a whole call fits. */
export function axisFor(milliseconds: number): Axis {
  const step = STEPS.find((one) => one * 6 >= milliseconds) ?? Math.ceil(milliseconds / 6 / 60_000) * 60_000;
  const label = (at: number) =>
    at === 0 ? "0" : step < 1_000 ? `${at}` : at % 1_000 === 0 ? `${at / 1_000} s` : `${(at / 1_000).toFixed(1)} s`;
  const labels = Array.from({ length: 6 }, (_, index) => label(index * step));
  // The unit is said once where there is no room for it on each.
  if (step < 1_000) labels[5] = `${5 * step} ms`;
  return { step, labels };
}

/** The end of the last bar, which the axis must reach. */
export function trackEnd(rows: readonly TrackRow[]): number {
  return Math.max(10, ...rows.flatMap((row) => row.bars.map((bar) => bar.to)));
}
