// Made from the list of commands by `cargo xtask bindings`.
import type { AppToken } from "./AppToken.ts";

/**
 * Tokens, newest first.
 */
export type TokenList = {
/**
 * All of them, revoked ones too.
 */
tokens: Array<AppToken>, };
