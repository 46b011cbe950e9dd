import { render, screen } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import StreamText from "./StreamText.svelte";

const shown = () => screen.getByTestId("text").textContent;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

describe("text that streams", () => {
  it("is drawn at most once a frame, by what is new alone", async () => {
    const { rerender } = render(StreamText, { text: "Hi", streaming: true, testid: "text" });
    await frame();
    const node = screen.getByTestId("text").querySelector("span")?.firstChild as Text;
    const append = vi.spyOn(node, "appendData");
    for (const text of ["Hi M", "Hi May", "Hi Maya,\n"]) await rerender({ text, streaming: true, testid: "text" });
    expect(append).not.toHaveBeenCalled();
    await frame();
    expect(append.mock.calls).toEqual([[" Maya,\n"]]);
    expect(shown()).toBe("Hi Maya,\n");
  });

  it("is whole at once when it ends", async () => {
    const { rerender } = render(StreamText, { text: "Hi", streaming: true, testid: "text" });
    await rerender({ text: "Hi Maya", streaming: false, testid: "text" });
    expect(shown()).toBe("Hi Maya");
  });

  it("follows another text", async () => {
    const { rerender } = render(StreamText, { text: "one", streaming: false, testid: "text" });
    await rerender({ text: "two", streaming: false, testid: "text" });
    expect(shown()).toBe("two");
  });
});
