// Made from the list of commands by `cargo xtask bindings`.
import type { Document } from "./Document.ts";
import type { PromptName } from "./PromptName.ts";
import type { Source } from "./Source.ts";
import type { VersionInfo } from "./VersionInfo.ts";

/**
 * A version with its text.
 */
export type Version = {
/**
 * The prompt.
 */
name: PromptName,
/**
 * What is known of it.
 */
info: VersionInfo,
/**
 * Its text.
 */
source: Source,
/**
 * Its front matter, as far as it can be read.
 */
document: Document,
/**
 * Why the front matter can't be read. A version with a problem must not be run.
 */
problem: string | null, };
