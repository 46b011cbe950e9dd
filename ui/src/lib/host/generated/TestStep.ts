// Made from the list of commands by `cargo xtask bindings`.
import type { Failure } from "./Failure.ts";

/**
 * One step of a test of a connection.
 */
export type TestStep = {
/**
 * What was tried: `connect`, `key accepted` or `models listed`.
 */
name: string,
/**
 * How long it took, in milliseconds.
 */
ms: number,
/**
 * Whether it went well.
 */
ok: boolean,
/**
 * What is worth knowing although it went well, such as that the server asks for no key.
 */
note: string | null,
/**
 * What went wrong.
 */
failure: Failure | null, };
