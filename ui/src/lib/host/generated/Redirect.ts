// Made from the list of commands by `cargo xtask bindings`.
import type { PromptName } from "./PromptName.ts";

/**
 * A name that a prompt had.
 */
export type Redirect = {
/**
 * The old name.
 */
from: PromptName,
/**
 * The name that it leads to.
 */
to: PromptName, };
