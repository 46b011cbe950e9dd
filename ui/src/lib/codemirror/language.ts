import { Facet } from "@codemirror/state";
import type { Completions, Definition, Hover, Renaming } from "../host/index.ts";

/** What an editor asks the core about the text that is being written. Places are code points of the editor's part. */
export interface Language {
  complete(at: number): Promise<Completions>;
  hover(at: number): Promise<Hover | null>;
  definition(at: number): Promise<Definition | null>;
  /** Rejects with an error that says why the name can't be given. */
  rename(at: number, to: string): Promise<Renaming>;
  /** Goes where something is defined. */
  go(definition: Definition): void;
  /** Takes another name everywhere, in one step that can be undone. */
  renamed(renaming: Renaming): void;
}

/** Whom an editor asks; nobody in an editor that stands alone. */
export const language = Facet.define<Language, Language | undefined>({ combine: (all) => all[0] });
