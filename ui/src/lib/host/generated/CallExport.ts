// Made from the list of commands by `cargo xtask bindings`.
import type { CallId } from "./CallId.ts";
import type { ExportFormat } from "./ExportFormat.ts";

/**
 * Asks for one call in a form that other programs read.
 */
export type CallExport = {
/**
 * The call.
 */
call: CallId,
/**
 * The form.
 */
format: ExportFormat, };
