import { reasonWord } from "$lib/calls.ts";
import type { Aspect } from "$lib/components/signal.ts";
import { failureWord } from "$lib/format/answer.ts";
import { formatMoney } from "$lib/format/money.ts";
import { formatDuration, plural } from "$lib/format/numbers.ts";
import type { Attempt, Call } from "$lib/host/index.ts";

/**
 * A stretch on the time line, in milliseconds from the call's beginning: a moment, the wait before an attempt, the wait
 * for its first token, the answer as it comes, the answer as it is held back, or what failed.
 */
export interface Bar {
  kind: "point" | "pause" | "wait" | "flow" | "held" | "failed";
  from: number;
  to: number;
  /** What the stretch is, in words. */
  title?: string;
}

/** One attempt of the waterfall. */
export interface Fall {
  number: number;
  model: string;
  aspect: Aspect | "plain";
  word: string;
  /** Particulars that are figures: the key, Retry-After, the wait, tokens and cost. */
  facts: string[];
  bars: Bar[];
}

/** The attempts of a call as bars on one time axis. What is under way reaches to now. */
export function waterfall(call: Call, now: number): Fall[] {
  const until = endOf(call, now);
  return call.attempts.map((attempt) => ({
    number: attempt.number,
    model: attempt.model,
    ...attemptSignal(attempt),
    facts: attemptFacts(attempt),
    bars: attemptBars(attempt, Date.parse(call.started_at), until),
  }));
}

/** Where the time line of a call ends, in milliseconds since 1970: now, or when the last thing that is known was. */
export function endOf(call: Call, now: number): number {
  if (call.status === "running") return now;
  const begun = Date.parse(call.started_at);
  const ends = call.attempts.map(
    (attempt) => Date.parse(attempt.started_at) + (attempt.total_ms ?? attempt.first_token_ms ?? 0),
  );
  return Math.max(begun + (call.total_ms ?? 0), ...ends);
}

/** The bar of a wait, which says how long it was. */
export function pauseBar(from: number, to: number, ms = to - from): Bar {
  return { kind: "pause", from, to, title: `waited ${formatDuration(ms)} before it` };
}

/** The bars of one attempt; `until` is where one without an end stops. */
export function attemptBars(attempt: Attempt, begun: number, until: number, held = false): Bar[] {
  const start = Math.max(0, Date.parse(attempt.started_at) - begun);
  const end = Math.max(start, attempt.total_ms === null ? until - begun : start + attempt.total_ms);
  const bars: Bar[] = [];
  if (attempt.waited_ms > 0) {
    const from = Math.max(0, start - attempt.waited_ms);
    bars.push(pauseBar(from, start, attempt.waited_ms));
  }
  const failed = attempt.state === "failed";
  if (attempt.first_token_ms === null) {
    const title = failed ? `failed after ${formatDuration(end - start)}` : "waiting for the first token";
    return [...bars, { kind: failed ? "failed" : "wait", from: start, to: end, title }];
  }
  const first = Math.min(start + attempt.first_token_ms, end);
  const title = failed ? "the answer broke off" : held ? "held back until it is whole" : "the answer comes";
  return [
    ...bars,
    { kind: "wait", from: start, to: first, title: `first token after ${formatDuration(attempt.first_token_ms)}` },
    { kind: failed ? "failed" : held ? "held" : "flow", from: first, to: end, title },
  ];
}

/** The one signal of an attempt: how it failed, why it isn't the first, or how it stands. */
export function attemptSignal(attempt: Attempt): { aspect: Aspect | "plain"; word: string } {
  if (attempt.state === "failed") return { aspect: "stop", word: failureWord(attempt.failure) };
  if (attempt.state === "cancelled") return { aspect: "caution", word: "cancelled" };
  if (attempt.state === "complete" && attempt.finish === "length") return { aspect: "caution", word: "truncated" };
  if (attempt.reason !== "first") return { aspect: "caution", word: reasonWord(attempt.reason) };
  return { aspect: attempt.state === "complete" ? "clear" : "plain", word: attempt.state };
}

/** What is known of an attempt in figures. */
export function attemptFacts(attempt: Attempt): string[] {
  const facts: string[] = [];
  if (attempt.key !== null) facts.push(`key ${attempt.key}`);
  if (attempt.waited_ms > 0) facts.push(`waited ${formatDuration(attempt.waited_ms)}`);
  if (attempt.state === "failed") {
    const { status, retry_after_ms: retry } = attempt.failure;
    if (status !== null && !failureWord(attempt.failure).startsWith(`${status}`)) facts.push(`status ${status}`);
    if (retry !== null) facts.push(`Retry-After ${seconds(retry)}`);
  }
  if (attempt.usage) facts.push(plural(attempt.usage.output, "token"));
  if (attempt.cost) facts.push(formatMoney(attempt.cost));
  return facts;
}

/** A wait as the provider said it: whole seconds without a fraction. */
function seconds(milliseconds: number): string {
  return milliseconds % 1_000 === 0 && milliseconds < 60_000
    ? `${milliseconds / 1_000} s`
    : formatDuration(milliseconds);
}

/** A time axis: how many milliseconds a step is, and what stands at each. */
export interface Axis {
  step: number;
  labels: string[];
}

/** How many steps an axis has. */
export const AXIS_STEPS = 6;

const STEPS = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000];

/** The finest axis of six steps on which a whole call fits. */
export function axisFor(milliseconds: number): Axis {
  const step =
    STEPS.find((one) => one * AXIS_STEPS >= milliseconds) ?? Math.ceil(milliseconds / AXIS_STEPS / 60_000) * 60_000;
  const label = (at: number) =>
    at === 0 ? "0" : step < 1_000 ? `${at}` : at % 1_000 === 0 ? `${at / 1_000} s` : `${(at / 1_000).toFixed(1)} s`;
  const labels = Array.from({ length: AXIS_STEPS }, (_, index) => label(index * step));
  // The unit is said once where there is no room for it on each.
  if (step < 1_000) labels[AXIS_STEPS - 1] = `${(AXIS_STEPS - 1) * step} ms`;
  return { step, labels };
}

/** The end of the last bar, which the axis must reach. */
export function lastEnd(bars: readonly Bar[]): number {
  return Math.max(10, ...bars.map((bar) => bar.to));
}

/** Where a bar is drawn on a lane of six steps, in pixels. Nothing reaches out of the lane or is too short to see. */
export function placeBar(bar: Bar, axis: Axis, step: number): { left: number; width: number } {
  const lane = step * AXIS_STEPS;
  const least = bar.kind === "point" ? 3 : 2;
  const left = Math.min(Math.max(0, (bar.from / axis.step) * step), lane - 3);
  if (bar.kind === "point") return { left, width: least };
  return { left, width: Math.max(least, Math.min(((bar.to - bar.from) / axis.step) * step, lane - left)) };
}
