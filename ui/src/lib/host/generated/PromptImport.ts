// Made from the list of commands by `cargo xtask bindings`.
import type { Format } from "./Format.ts";
import type { ImportFile } from "./ImportFile.ts";

/**
 * Files of other tools, and what is to become of them.
 */
export type PromptImport = {
/**
 * The files. They may refer to each other by their paths.
 */
files: Array<ImportFile>,
/**
 * Files and folders of this machine that are read too. `~` is the user's own folder, and a path that doesn't begin
 * at the root begins at the workspace.
 */
paths?: Array<string>,
/**
 * What they are; none lets their names and contents say so.
 */
format: Format | null,
/**
 * A folder of prompts with a `/` at its end, or a name for a single prompt.
 */
into: string | null,
/**
 * Whether a prompt whose name is taken gets another name, and not a version there.
 */
rename: boolean, };
