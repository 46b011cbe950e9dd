import type { Frame } from "$lib/host/index.ts";
import { ApiError, type CommandName, type Host, type Phase, type Request, type Response } from "$lib/host/index.ts";

type Handlers = { [N in CommandName]?: (request: Request<N>) => Response<N> | Promise<Response<N>> };

/** A host in memory for tests: it answers what the test says, remembers what was asked, and sends what it is told. */
export interface FakeHost extends Host {
  /** Every call so far, oldest first. */
  asked: { name: CommandName; request: unknown }[];
  /** How far the window said that it is. */
  phases: Phase[];
  /** Sets or replaces the answer of a command. */
  answer<N extends CommandName>(name: N, handler: (request: Request<N>) => Response<N> | Promise<Response<N>>): void;
  /** Sends events in one frame. */
  send(events: Frame["events"], reset?: boolean): void;
}

export function fakeHost(handlers: Handlers = {}): FakeHost {
  const table = { ...handlers } as Record<string, (request: unknown) => unknown>;
  const listeners = new Set<(frame: Frame) => void>();
  const asked: FakeHost["asked"] = [];
  const phases: Phase[] = [];
  let seq = 0;
  return {
    kind: "fake",
    asked,
    async call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
      asked.push({ name, request });
      const handler = table[name];
      if (!handler) throw new ApiError({ code: "not_found", message: `the test has no answer for ${name}` });
      return (await handler(request)) as Response<N>;
    },
    subscribe(_after, onFrame) {
      listeners.add(onFrame);
      return () => listeners.delete(onFrame);
    },
    phase: (phase) => void phases.push(phase),
    phases,
    answer(name, handler) {
      table[name] = handler as (request: unknown) => unknown;
    },
    send(events, reset = false) {
      seq += 1;
      for (const listener of listeners) listener({ seq, reset, events });
    },
  };
}
