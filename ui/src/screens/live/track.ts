import type { Aspect } from "$lib/components/signal.ts";
import type { Attempt, Call, Decision } from "$lib/host/index.ts";
import { attemptBars, attemptFacts, attemptSignal, endOf, lastEnd, pauseBar, type Bar } from "./waterfall.ts";

/** One line of the diagram: a decision, or all decisions of one attempt. */
export interface TrackRow {
  key: string;
  stage: string;
  aspect: Aspect | "plain";
  cause: string;
  /** Said by the gateway, in order. */
  detail: string;
  /** Figures of an attempt that the detail doesn't hold. */
  facts: string[];
  /** Runs on the siding: behind a fallback. */
  siding: boolean;
  bars: Bar[];
}

interface Group {
  row: TrackRow;
  decisions: Decision[];
}

const ENDS: readonly Decision["cause"][] = ["complete", "truncated", "failed", "cancelled", "interrupted"];
/** What is decided between two attempts leads to the next one. */
const LEADS_ON: readonly Decision["cause"][] = ["waited", "again", "fallback", "probe"];

/**
 * Decisions as lines. What belongs to one attempt is one line, together with what led to it; a candidate that is passed
 * over has its own. Lines from a fallback on run on the siding; the main line ends at the stop.
 */
export function trackRows(call: Call, decisions: readonly Decision[], now: number): TrackRow[] {
  const begun = Date.parse(call.started_at);
  // What a crash left without an end lasted no longer than until somebody took note of it.
  const until =
    call.status === "running"
      ? now
      : decisions.reduce((latest, decision) => Math.max(latest, Date.parse(decision.at)), endOf(call, now));
  const rows: TrackRow[] = [];
  const attempts = new Map<number, Group>();
  for (const decision of decisions) {
    if (decision.cause === "passed over") setAside(attempts, decision, begun);
    const number = attemptOf(decision, attempts);
    const known = number === undefined ? undefined : attempts.get(number);
    if (known) {
      known.decisions.push(decision);
      continue;
    }
    const row: TrackRow = {
      key: number === undefined ? `decision ${decision.seq}` : `attempt ${number}`,
      stage: number === undefined ? decision.stage : `attempt ${number}`,
      aspect: decision.signal,
      cause: decision.cause,
      detail: decision.detail,
      facts: [],
      siding: false,
      bars: [point(Date.parse(decision.at) - begun)],
    };
    rows.push(row);
    if (number !== undefined) attempts.set(number, { row, decisions: [decision] });
  }
  let siding: number | undefined;
  for (const [number, { row, decisions: group }] of attempts) {
    const attempt = call.attempts.find((one) => one.number === number);
    Object.assign(row, describeAttempt(group, attempt, begun, until));
    if (attempt?.reason === "fallback" || group.some((decision) => decision.cause === "fallback")) {
      siding ??= rows.indexOf(row);
    }
  }
  for (const row of rows.slice(siding ?? rows.length)) row.siding = true;
  return rows;
}

/** What led to an attempt that was never made, because its candidate is passed over after all, has its own line. */
function setAside(attempts: Map<number, Group>, { at }: Decision, begun: number): void {
  for (const [number, { row, decisions }] of attempts) {
    if (decisions.some((decision) => !LEADS_ON.includes(decision.cause))) continue;
    attempts.delete(number);
    const first = decisions[0];
    const waited = decisions.find((decision) => decision.cause === "waited");
    const shown = waited ?? first;
    if (!first || !shown) continue;
    const end = Math.max(0, Date.parse(at) - begun);
    Object.assign(row, {
      key: `decision ${first.seq}`,
      stage: first.stage,
      aspect: shown.signal,
      cause: shown.cause,
      detail: joined(decisions.map((decision) => decision.detail)),
      bars: waited ? [pauseBar(Math.max(0, Date.parse(waited.at) - begun), end)] : row.bars,
    });
  }
}

/** The attempt on whose line a decision stands. */
function attemptOf({ stage, cause, attempt }: Decision, attempts: ReadonlyMap<number, Group>): number | undefined {
  if (stage !== "attempt" || cause === "passed over") return undefined;
  if (!LEADS_ON.includes(cause)) return attempt ?? undefined;
  const told = attempt ?? attempts.size;
  const isOver = attempts.get(told)?.decisions.some((decision) => ENDS.includes(decision.cause)) ?? attempt === null;
  return isOver ? told + 1 : told;
}

function describeAttempt(
  group: readonly Decision[],
  attempt: Attempt | undefined,
  begun: number,
  until: number,
): Pick<TrackRow, "aspect" | "cause" | "detail" | "facts" | "bars"> {
  const detail = joined(inOrder(group).map((decision) => decision.detail));
  const held = group.some((decision) => decision.cause === "held back");
  if (attempt) {
    const { aspect, word } = attemptSignal(attempt);
    const facts = attemptFacts(attempt).filter((fact) => !detail.includes(fact));
    return { aspect, cause: word, detail, facts, bars: attemptBars(attempt, begun, until, held) };
  }
  const shown =
    group.find((decision) => decision.cause === "failed") ??
    group.find((decision) => decision.cause === "fallback") ??
    group.findLast((decision) => decision.signal !== "plain") ??
    group.at(-1);
  return {
    aspect: shown?.signal ?? "plain",
    cause: shown?.cause ?? "sent",
    detail,
    facts: [],
    bars: toldBars(group, begun, until, held),
  };
}

/** Joins particulars to one text, each of them once. They may begin with a name, so none gets a capital. */
export function joined(parts: readonly string[]): string {
  const kept = parts.map((part) => part.trim().replace(/\.$/, ""));
  return kept.filter((part, index) => part && kept.indexOf(part) === index).join("; ");
}

/** How it ended comes first, for it holds the figures and a narrow column shows the beginning; then what led to it. */
function inOrder(group: readonly Decision[]): Decision[] {
  const end = group.findIndex((decision) => ENDS.includes(decision.cause));
  return end < 0 ? [...group].reverse() : [...group.slice(end), ...group.slice(0, end).reverse()];
}

/** The bars of an attempt by its decisions alone: they may come before the attempt itself does. */
function toldBars(group: readonly Decision[], begun: number, until: number, held: boolean): Bar[] {
  const at = (decision: Decision | undefined) => (decision ? Date.parse(decision.at) - begun : undefined);
  const waited = group.find((one) => one.cause === "waited");
  const sent = group.find((one) => one.cause === "sent") ?? group.find((one) => one.cause !== "waited");
  const start = Math.max(0, at(sent) ?? until - begun);
  const pause: Bar[] = waited ? [pauseBar(Math.max(0, at(waited) ?? 0), start)] : [];
  if (!sent) return pause;
  const ended = group.find((one) => ENDS.includes(one.cause));
  const end = Math.max(start, at(ended) ?? until - begun);
  const failed = ended?.cause === "failed";
  const first = at(group.find((one) => one.cause === "first token"));
  if (first === undefined) return [...pause, { kind: failed ? "failed" : "wait", from: start, to: end }];
  const kind = failed ? "failed" : held ? "held" : "flow";
  return [...pause, { kind: "wait", from: start, to: first }, { kind, from: first, to: end }];
}

function point(at: number): Bar {
  return { kind: "point", from: Math.max(0, at), to: Math.max(0, at) };
}

/** The end of the last bar of all lines. */
export function trackEnd(rows: readonly TrackRow[]): number {
  return lastEnd(rows.flatMap((row) => row.bars));
}
