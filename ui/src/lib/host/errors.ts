import type { Code } from "./generated/Code.ts";

/** What the core answers, and what the window adds: no answer, an address without its token, a draft that is gone. */
export type ErrorCode = Code | "unreachable" | "unauthorized" | "no_draft";

/** The parts of a failed call that a person may see. */
export interface ErrorParts {
  /** What the UI may act on. */
  code: ErrorCode;
  /** What happened, in a sentence without its full stop. */
  message: string;
  /** What to do about it. */
  hint?: string | null;
  /** More for a report, such as the chain of causes. */
  details?: string | null;
}

/** A command that the host refused or couldn't do. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: string | undefined;

  constructor(parts: ErrorParts) {
    super(parts.message);
    this.name = "ApiError";
    this.code = parts.code;
    this.hint = parts.hint ?? undefined;
    this.details = parts.details ?? undefined;
  }
}

/** Reads what a host answered for a failure; anything else becomes an error that says so. */
export function toApiError(value: unknown): ApiError {
  if (value instanceof ApiError) return value;
  if (typeof value === "object" && value !== null && "code" in value && "message" in value) {
    const parts = value as Record<string, unknown>;
    return new ApiError({
      code: String(parts.code) as ErrorCode,
      message: String(parts.message),
      hint: typeof parts.hint === "string" ? parts.hint : undefined,
      details: typeof parts.details === "string" ? parts.details : undefined,
    });
  }
  const message = value instanceof Error ? value.message : String(value);
  return new ApiError({ code: "internal", message });
}

/** A text of the core as a sentence of its own: with a capital, without its full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}

/** What happened and what to do about it, to be shown where it happened. */
export function errorText(value: unknown): string {
  const { message, hint } = toApiError(value);
  return hint ? `${sentence(message)}. ${sentence(hint)}` : sentence(message);
}

/** An error in its parts, and as a text to copy. */
export function describeError(value: unknown): { code: string; message: string; hint?: string; details: string } {
  const { code, message, hint, details } = toApiError(value);
  const lines = [`${code}: ${message}`, hint, details].filter(Boolean);
  return { code, message: sentence(message), hint: hint && sentence(hint), details: lines.join("\n") };
}
