import { call, type AppInfo } from "../host/index.ts";
import { events } from "./events.ts";

/** What the frame knows of the application: workspace, folders, prices, keychain. */
class App {
  #info = $state.raw<AppInfo>();

  get info(): AppInfo | undefined {
    return this.#info;
  }

  set(info: AppInfo): void {
    this.#info = info;
  }

  async refresh(): Promise<void> {
    try {
      this.#info = await call("app_info", {});
    } catch {
      // The frame keeps what it knew; the next event asks again.
    }
  }

  listen(): void {
    events.on("config", () => void this.refresh());
    events.on("keychain", ({ state }) => {
      if (this.#info) this.#info = { ...this.#info, keychain: state };
    });
    events.onReset(() => void this.refresh());
  }
}

export const app = new App();
