import { toApiError } from "./errors.ts";

/** True when the host says that there is no such thing, which for something remembered is no failure. */
export function isGone(error: unknown): boolean {
  return error !== undefined && toApiError(error).code === "not_found";
}
