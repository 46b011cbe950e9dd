import { fireEvent, render } from "@testing-library/svelte";
import { createRawSnippet, tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import VirtualList from "./VirtualList.svelte";

const row = createRawSnippet<[string, number, boolean]>((item) => ({ render: () => `<span>${item()}</span>` }));

function list(count: number, more: Record<string, unknown> = {}) {
  const items = Array.from({ length: count }, (_, index) => `row ${index}`);
  return render(VirtualList<string>, {
    items,
    rowHeight: 28,
    key: (item: string) => item,
    label: "Rows",
    row,
    ...more,
  });
}

describe("a virtual list", () => {
  it("holds only the rows in sight, and room for all", async () => {
    const { container, getByRole } = list(10_000);
    await tick();
    const rows = container.querySelectorAll("[role='option']");
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.length).toBeLessThan(60);
    const room = getByRole("listbox").firstElementChild as HTMLElement;
    expect(room.style.height).toBe(`${10_000 * 28}px`);
  });

  it("says which row is chosen and how many there are", async () => {
    const { getByRole, container } = list(40, { selected: 3 });
    await tick();
    const active = getByRole("listbox").getAttribute("aria-activedescendant");
    const chosen = container.querySelector("[aria-selected='true']");
    expect(chosen?.id).toBe(active);
    expect(chosen?.textContent).toBe("row 3");
    expect(chosen?.getAttribute("aria-setsize")).toBe("40");
    expect(chosen?.getAttribute("aria-posinset")).toBe("4");
  });

  it("moves by keys and stops at both ends", async () => {
    const onselect = vi.fn();
    const onopen = vi.fn();
    const { getByRole, rerender } = list(5, { selected: 0, onselect, onopen });
    const box = getByRole("listbox");
    await fireEvent.keyDown(box, { key: "ArrowUp" });
    await fireEvent.keyDown(box, { key: "ArrowDown" });
    await fireEvent.keyDown(box, { key: "End" });
    expect(onselect.mock.calls.map(([index]) => index)).toEqual([0, 1, 4]);
    await rerender({ selected: 4 });
    await fireEvent.keyDown(box, { key: "Enter" });
    expect(onopen).toHaveBeenCalledWith(4);
  });

  it("takes new rows without being made anew", async () => {
    const { container, rerender } = list(3);
    await tick();
    await rerender({ items: ["one", "two"] });
    expect([...container.querySelectorAll("[role='option']")].map((one) => one.textContent)).toEqual(["one", "two"]);
  });
});
