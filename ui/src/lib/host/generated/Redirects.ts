// Made from the list of commands by `cargo xtask bindings`.
import type { Redirect } from "./Redirect.ts";

/**
 * The old names of prompts.
 */
export type Redirects = {
/**
 * By the old name.
 */
redirects: Array<Redirect>, };
