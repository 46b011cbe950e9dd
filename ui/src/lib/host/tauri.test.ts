import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "./errors.ts";
import type { Frame } from "./generated/index.ts";
import { tauriHost } from "./tauri.ts";

interface Channel {
  id: number;
}

afterEach(() => clearMocks());

/** Gives a message to a channel as the shell does: numbered from 0. */
function deliver(channel: Channel, index: number, message: Frame): void {
  const internals = (window as unknown as Record<string, { runCallback(id: number, data: unknown): void }>)
    .__TAURI_INTERNALS__;
  internals?.runCallback(channel.id, { index, message });
}

describe("the Tauri host", () => {
  it("invokes a command by its name with the request under one argument", async () => {
    const seen = vi.fn((_command: string, _args: unknown) => ({ at: "2026-11-22T14:06:31Z" }));
    mockIPC(seen);
    await tauriHost().call("session_set", { key: "place", value: 1 });
    expect(seen.mock.calls[0]?.slice(0, 2)).toEqual(["session_set", { request: { key: "place", value: 1 } }]);
  });

  it("rejects with an ApiError, whatever the shell threw", async () => {
    mockIPC((command) => {
      if (command === "prompt_get") throw { code: "not_found", message: "no such prompt", hint: null };
      throw "command app_info not allowed";
    });
    const host = tauriHost();
    await expect(host.call("prompt_get", { name: "x" })).rejects.toBeInstanceOf(ApiError);
    await expect(host.call("prompt_get", { name: "x" })).rejects.toMatchObject({ code: "not_found" });
    await expect(host.call("app_info", {})).rejects.toMatchObject({
      code: "internal",
      message: "command app_info not allowed",
    });
  });

  it("listens through a channel from behind the frame that it names, until it is told to stop", async () => {
    let channel: Channel | undefined;
    let after: unknown;
    mockIPC((command, args) => {
      if (command !== "subscribe") return undefined;
      const given = args as { request: { after: number }; channel: Channel };
      channel = given.channel;
      after = given.request.after;
      return null;
    });
    const frames: Frame[] = [];
    const stop = tauriHost().subscribe(41, (frame) => frames.push(frame));
    await vi.waitFor(() => expect(channel).toBeDefined());
    expect(after).toBe(41);
    if (!channel) return;
    deliver(channel, 0, { seq: 42, reset: false, events: [] });
    stop();
    deliver(channel, 1, { seq: 43, reset: false, events: [] });
    expect(frames.map((frame) => frame.seq)).toEqual([42]);
  });
});
