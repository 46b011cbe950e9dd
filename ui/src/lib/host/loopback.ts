import { ApiError, toApiError } from "./errors.ts";
import type { Frame } from "./generated/index.ts";
import { WRITES, type CommandName, type Host, type Request, type Response } from "./host.ts";
import { readLines } from "./ndjson.ts";

/** Waits between two tries to connect again, in milliseconds. */
const RETRY_AFTER = [100, 250, 500, 1_000, 2_000];

/** The same core behind HTTP on this machine, for browsers. The token came with the page's address. */
export function loopbackHost(token: string, origin = "", send: typeof fetch = fetch): Host {
  const headers = { "content-type": "application/json", "x-signalbox-token": token };

  async function call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
    let response: globalThis.Response;
    try {
      const body = JSON.stringify(request);
      // What is typed last must arrive although the page goes; browsers allow that up to 64 KiB.
      const keepalive = WRITES.has(name) && body.length < 60_000;
      response = await send(`${origin}/api/${name}`, { method: "POST", headers, body, keepalive });
    } catch {
      throw new ApiError({
        code: "unreachable",
        message: "Signalbox does not answer",
        hint: "Start it again and reload this page",
      });
    }
    const text = await response.text();
    if (response.status === 401) {
      throw new ApiError({
        code: "unauthorized",
        message: "This page has no token of the running Signalbox",
        hint: "Open the address that it printed when it started",
      });
    }
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      const message = `${name} answered ${response.status} without JSON`;
      throw new ApiError({ code: "internal", message, details: text.slice(0, 1_000) });
    }
    if (!response.ok) throw toApiError(body);
    return body as Response<N>;
  }

  return {
    kind: "loopback",
    call,
    subscribe(after, onFrame) {
      const abort = new AbortController();
      void listen(after, onFrame, abort.signal);
      return () => abort.abort();
    },
    phase: () => undefined,
  };

  async function listen(after: number, onFrame: (frame: Frame) => void, signal: AbortSignal): Promise<void> {
    let last = after;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const response = await send(`${origin}/api/subscribe?after=${last}`, { headers, signal });
        if (response.ok && response.body) {
          await readLines(response.body, (value) => {
            const frame = value as Frame;
            failures = 0;
            last = frame.seq;
            onFrame(frame);
          });
        }
      } catch {
        // A lost connection is taken up again below.
      }
      if (signal.aborted) return;
      await pause(RETRY_AFTER[Math.min(failures, RETRY_AFTER.length - 1)] ?? 2_000, signal);
      failures += 1;
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
