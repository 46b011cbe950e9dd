import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../host/index.ts";
import { toasts } from "./toasts.svelte.ts";

afterEach(() => toasts.dismiss());

describe("taking something back", () => {
  it("says why it was not done", async () => {
    const refuse = () =>
      Promise.reject(new ApiError({ code: "conflict", message: "signalbox.toml has changed since" }));
    toasts.show({ text: "Changed", undo: refuse });
    await toasts.undo();
    expect(toasts.current?.text).toContain("Not taken back");
    expect(toasts.current?.text).toContain("changed since");
    expect(toasts.current?.undo).toBeUndefined();
  });

  it("says nothing more when it was done", async () => {
    toasts.show({ text: "Changed", undo: () => Promise.resolve() });
    await toasts.undo();
    expect(toasts.current).toBeUndefined();
  });
});
