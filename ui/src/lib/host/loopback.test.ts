import { describe, expect, it, vi } from "vitest";
import { ApiError } from "./errors.ts";
import type { Frame } from "./generated/index.ts";
import { loopbackHost } from "./loopback.ts";

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function stream(...chunks: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  return new Response(body);
}

function frame(seq: number, reset = false): string {
  return `${JSON.stringify({ seq, reset, events: [] })}\n`;
}

describe("the loopback host", () => {
  it("posts the request as JSON with the token", async () => {
    const send = vi.fn(async () => json({ prompts: [] }));
    const answer = await loopbackHost("secret", "http://here", send).call("prompt_list", {});
    expect(answer).toEqual({ prompts: [] });
    const [url, init] = send.mock.calls[0] as unknown as [string, RequestInit];
    expect(url).toBe("http://here/api/prompt_list");
    expect(init.method).toBe("POST");
    expect(init.headers).toMatchObject({ "x-signalbox-token": "secret", "content-type": "application/json" });
    expect(init.body).toBe("{}");
  });

  it("rejects with the host's own error", async () => {
    const send = async () =>
      json({ code: "not_found", message: "no prompt is called x", hint: "look in the library" }, 404);
    const failed = await loopbackHost("", "", send)
      .call("prompt_get", { name: "x" })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ApiError);
    expect(failed).toMatchObject({ code: "not_found", message: "no prompt is called x", hint: "look in the library" });
  });

  it("says so when nobody answers, and when the answer is no JSON", async () => {
    const gone = async () => Promise.reject(new TypeError("fetch failed"));
    await expect(loopbackHost("", "", gone).call("app_info", {})).rejects.toMatchObject({ code: "unreachable" });
    const broken = async () => new Response("<html>", { status: 502 });
    await expect(loopbackHost("", "", broken).call("app_info", {})).rejects.toMatchObject({
      code: "internal",
      message: "app_info answered 502 without JSON",
    });
  });

  it("reads frames across chunk borders and goes on behind the last one after a cut", async () => {
    const first = frame(7);
    const cut = frame(8).slice(0, 10);
    const asked: string[] = [];
    const answers = [() => stream(first.slice(0, 5), first.slice(5) + cut), () => stream(frame(8), frame(9, true))];
    const frames: Frame[] = [];
    const end = await new Promise<() => void>((resolve) => {
      const send = (async (url: string) => {
        asked.push(url);
        return answers.shift()?.() ?? new Promise<Response>(() => undefined);
      }) as unknown as typeof fetch;
      const stop = loopbackHost("", "", send).subscribe(6, (one) => {
        frames.push(one);
        if (frames.length === 3) resolve(stop);
      });
    });
    end();
    expect(frames.map((one) => one.seq)).toEqual([7, 8, 9]);
    expect(frames[2]?.reset).toBe(true);
    expect(asked.slice(0, 2)).toEqual(["/api/subscribe?after=6", "/api/subscribe?after=7"]);
  });

  it("asks no more once nobody listens", async () => {
    let requests = 0;
    const send = (async (_: string, init: RequestInit) => {
      requests += 1;
      return new Promise((_resolve, reject) =>
        init.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
      );
    }) as unknown as typeof fetch;
    const stop = loopbackHost("", "", send).subscribe(0, () => undefined);
    await vi.waitFor(() => expect(requests).toBe(1));
    vi.useFakeTimers();
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect(requests).toBe(1);
  });
});
