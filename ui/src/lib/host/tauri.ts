import { Channel, invoke } from "@tauri-apps/api/core";
import { toApiError } from "./errors.ts";
import type { Frame } from "./generated/index.ts";
import type { CommandName, Host, Request, Response } from "./host.ts";

/** The application's own window. Frames come through a channel, which lives as long as the page. */
export function tauriHost(): Host {
  return {
    kind: "tauri",
    async call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
      try {
        return await invoke<Response<N>>(name, { request });
      } catch (error) {
        throw toApiError(error);
      }
    },
    subscribe(after, onFrame) {
      let open = true;
      let last = after;
      const connect = async (): Promise<void> => {
        const channel = new Channel<Frame>();
        channel.onmessage = (frame) => {
          if (!open) return;
          last = frame.seq;
          onFrame(frame);
        };
        try {
          await invoke("subscribe", { request: { after: last }, channel });
        } catch {
          if (open) setTimeout(() => void connect(), 1_000);
        }
      };
      void connect();
      return () => {
        open = false;
      };
    },
    phase(phase) {
      // Without the shell's note the window still shows itself, only later.
      void invoke("window_phase", { phase }).catch(() => undefined);
    },
  };
}
