// Made from the list of commands by `cargo xtask bindings`.
import type { AppToken } from "./AppToken.ts";

/**
 * A token that was made just now.
 */
export type TokenCreated = {
/**
 * The token.
 */
token: AppToken,
/**
 * What a program shows: `sbx_`, the identifier, `_` and the secret. Only a hash of the secret is kept, so this
 * answer is the only one that ever holds it.
 */
secret: string, };
