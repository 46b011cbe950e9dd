import type { Commands } from "./generated/commands.ts";
import type { Frame } from "./generated/index.ts";

export type CommandName = keyof Commands;
export type Request<N extends CommandName> = Commands[N]["request"];
export type Response<N extends CommandName> = Commands[N]["response"];

/** How far the window is; the shell shows it, measures it and lets it close by this. */
export type Phase = "first_paint" | "usable" | "flushed";

/** What stands between the window and the core: Tauri in the application, HTTP in a browser. */
export interface Host {
  readonly kind: "tauri" | "loopback" | "fake";
  /** Calls a command of the one list. Rejects with an `ApiError` and nothing else. */
  call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>>;
  /**
   * Listens to what happens, from behind frame `after` (0: from now on). A lost connection is taken up again behind the
   * last frame that came. A frame with `reset` says that events are missing. Returns the end of listening.
   */
  subscribe(after: number, onFrame: (frame: Frame) => void): () => void;
  /** Tells the shell how far the window is. A host without a shell takes no notice. */
  phase(phase: Phase): void;
}

let current: Host | undefined;

/** Sets the host once, at the start; tests set their own. */
export function setHost(host: Host): void {
  current = host;
}

export function host(): Host {
  if (!current) throw new Error("no host is set; main.ts sets it before anything is drawn");
  return current;
}

/** What a person would miss if the window closed before it was answered. */
export const WRITES: ReadonlySet<CommandName> = new Set(["draft_save", "prompt_values", "session_set"]);
const writing = new Set<Promise<unknown>>();

/** Calls a command of the host. */
export function call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
  const answer = host().call(name, request);
  if (WRITES.has(name)) {
    const done: Promise<unknown> = answer.then(
      () => writing.delete(done),
      () => writing.delete(done),
    );
    writing.add(done);
  }
  return answer;
}

/** Resolves when everything that was typed or chosen has been answered for, and nothing more follows at once. */
export async function writesDone(): Promise<void> {
  do {
    await Promise.all(writing);
    await new Promise((resolve) => setTimeout(resolve));
  } while (writing.size > 0);
}
