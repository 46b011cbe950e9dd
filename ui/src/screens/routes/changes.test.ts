import { describe, expect, it } from "vitest";
import type { RouteChanged, RouteDetail, RouteList, RouteSettings } from "$lib/host/index.ts";
import { Changes } from "./changes.svelte.ts";

const settings = (patience: number) => ({ patience_ms: patience }) as RouteSettings;
const list = (patience: number): RouteList => ({
  routes: [{ name: "default", settings: settings(patience), pins: [] } as RouteDetail],
  candidates: [],
  defaults: settings(0),
});
const changed = (patience: number): RouteChanged => ({
  list: list(patience),
  undo: { before: String(patience), after: "b3:1" },
});

function shown(patience: number) {
  let value: RouteList | undefined = list(patience);
  return {
    get value() {
      return value;
    },
    get patience() {
      return value?.routes[0]?.settings.patience_ms;
    },
    set: (next: RouteList) => (value = next),
    load: () => Promise.resolve(void (value = list(patience))),
  };
}

describe("changes of routes", () => {
  it("are made in their order, and none is dropped while one is under way", async () => {
    const now = shown(0);
    const changes = new Changes(now as never);
    const made: number[] = [];
    const finish: (() => void)[] = [];
    const slow = (patience: number) => {
      changes.expect("default", settings(patience));
      return changes.make(async () => {
        await new Promise<void>((resolve) => finish.push(resolve));
        made.push(patience);
        return changed(patience);
      });
    };
    const all = [slow(1), slow(2), slow(3)];
    expect([now.patience, changes.busy]).toEqual([3, true]);
    for (const one of all) {
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve));
      finish.shift()?.();
      await one;
      expect(now.patience).toBe(3);
    }
    expect([made, changes.busy]).toEqual([[1, 2, 3], false]);
  });

  it("that were built on a refused one are not made, and the truth is shown", async () => {
    const now = shown(7);
    const changes = new Changes(now as never);
    changes.expect("default", settings(1));
    const refused = changes.make(() => Promise.reject(new Error("no")));
    changes.expect("default", settings(2));
    let ran = false;
    const behind = changes.make(() => {
      ran = true;
      return Promise.resolve(changed(2));
    });
    await expect(refused).rejects.toThrow("no");
    await expect(behind).rejects.toThrow("earlier change");
    expect([ran, now.patience]).toEqual([false, 7]);
    await changes.make(() => Promise.resolve(changed(9)));
    expect(now.patience).toBe(9);
  });
});
