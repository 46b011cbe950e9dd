import { classWord } from "../calls.ts";
import type { Aspect } from "../components/signal.ts";
import type { Attempt, Call, Failure } from "../host/index.ts";
import { badgeSignal } from "../prompts.ts";
import { formatMoney } from "./money.ts";
import { formatDuration, plural } from "./numbers.ts";

/** The boxed signal of an answer, and what stands behind it. */
export interface AnswerState {
  aspect: Aspect;
  word: string;
  text: string;
}

/**
 * What a person is told about an answer first. How the call ended comes before how it was checked: a text that isn't
 * whole must never look checked.
 */
export function answerState(call: Call): AnswerState {
  switch (call.status) {
    case "failed":
      return { aspect: "stop", word: "failed", text: failureWord(call.failure) };
    case "refused":
      return { aspect: "stop", word: "refused", text: failureWord(call.failure) };
    case "cancelled":
      return { aspect: "caution", word: "cancelled", text: ended(call) };
    case "interrupted":
      return { aspect: "caution", word: "interrupted", text: `closed ${ended(call)}` };
    case "running":
    case "done":
      return checked(call);
  }
}

function checked({ badge, finish, status }: Call): AnswerState {
  if (status === "done" && finish === "length") {
    return { aspect: "caution", word: "truncated", text: "it reached the longest answer that was allowed" };
  }
  const { aspect, word, reason } = badgeSignal(badge);
  return { aspect, word, text: reason ?? (badge.state === "failed" ? "the judge refused it" : "") };
}

function ended(call: Call): string {
  const cost = call.settlement ? `, ${formatMoney(call.settlement.amount)}` : "";
  return call.usage ? `after ${plural(call.usage.output, "token")}${cost}` : `before it was whole${cost}`;
}

/** A failure in two or three words: `503 overloaded`. */
export function failureWord(failure: Failure | null | undefined): string {
  return failure ? classWord(failure.class) : "";
}

/** What a call has cost so far: settled where it is, otherwise what its attempts are known to have cost. */
export function costOf(call: Call): number {
  if (call.settlement) return call.settlement.amount;
  return call.attempts.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0);
}

/** The signal or plain word of an attempt, and what followed from it. */
export function attemptState(attempt: Attempt, next?: Attempt): { aspect?: Aspect; word: string; note: string } {
  switch (attempt.state) {
    case "waiting":
      return { word: "waiting", note: "" };
    case "streaming":
      return { word: "streaming", note: attempt.usage ? plural(attempt.usage.output, "token") : "" };
    case "complete":
      return {
        aspect: attempt.finish === "length" ? "caution" : "clear",
        word: attempt.finish === "length" ? "truncated" : "complete",
        note: attempt.usage ? plural(attempt.usage.output, "token") : "",
      };
    case "cancelled":
      return { aspect: "caution", word: "cancelled", note: attempt.usage ? plural(attempt.usage.output, "token") : "" };
    case "failed":
      return { aspect: "stop", word: failureWord(attempt.failure), note: followed(attempt, next) };
  }
}

/** What came after a failed attempt: the same model again, or the next one. */
function followed(attempt: Attempt, next?: Attempt): string {
  if (!next) return "";
  if (next.model !== attempt.model) return `then ${next.model}`;
  const end = new Date(attempt.started_at).getTime() + (attempt.total_ms ?? 0);
  const wait = new Date(next.started_at).getTime() - end;
  return wait > 0 ? `again after ${formatDuration(wait)}` : "again";
}
