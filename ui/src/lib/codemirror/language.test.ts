import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, type Definition, type Hover, type Renaming } from "../host/index.ts";
import { definitions, goToDefinition } from "./definition.ts";
import { explainAtCursor, explained, hover } from "./hover.ts";
import { language, type Language } from "./language.ts";
import { nameAt, renameAtCursor, renames } from "./rename.ts";

const HOVER: Hover = {
  range: { start: 5, end: 13 },
  title: "customer",
  detail: "object",
  doc: "Who writes",
  facts: [{ name: "late", value: "<b>Maya</b>" }],
};
const THERE: Definition = { kind: "prompt", name: "shared/tone", version: 2 };
const RENAMING: Renaming = { from: "customer", edits: [], saved: null };

let view: EditorView | undefined;
afterEach(() => view?.destroy());

function edit(doc: string, cursor: number, answers: Partial<Language> = {}) {
  const asked = {
    complete: vi.fn(),
    hover: vi.fn(async () => HOVER),
    definition: vi.fn(async () => THERE),
    rename: vi.fn(async () => RENAMING),
    go: vi.fn(),
    renamed: vi.fn(),
    ...answers,
  };
  const extensions = [language.of(asked), hover(), definitions(), renames()];
  const state = EditorState.create({ doc, selection: { anchor: cursor }, extensions });
  view = new EditorView({ state, parent: document.body });
  return { asked, view };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("hover", () => {
  it("says what a thing is, as text and never as markup", () => {
    const box = explained(HOVER);
    expect(box.querySelector("code")?.textContent).toBe("customer");
    expect(box.textContent).toContain("Who writes");
    expect(box.querySelector("dd")?.textContent).toBe("<b>Maya</b>");
    expect(box.querySelector("b")).toBeNull();
  });

  it("is asked for by key, in code points, and goes with the next move", async () => {
    const { asked, view } = edit("😀 {{ customer }}", 8);
    expect(explainAtCursor(view)).toBe(true);
    expect(asked.hover).toHaveBeenCalledWith(7);
    await settled();
    expect(view.dom.querySelector("[data-testid=hover]")).not.toBeNull();
    view.dispatch({ selection: { anchor: 0 } });
    expect(view.dom.querySelector("[data-testid=hover]")).toBeNull();
  });

  it("shows nothing when the text has changed meanwhile", async () => {
    const { view } = edit("😀 {{ customer }}", 8);
    explainAtCursor(view);
    view.dispatch({ changes: { from: 0, insert: "x" } });
    await settled();
    expect(view.dom.querySelector("[data-testid=hover]")).toBeNull();
  });
});

describe("the way to a definition", () => {
  it("leads where the core says", async () => {
    const { asked, view } = edit("😀😀{{ customer }}", 8);
    expect(goToDefinition(view)).toBe(true);
    expect(asked.definition).toHaveBeenCalledWith(6);
    await settled();
    expect(asked.go).toHaveBeenCalledWith(THERE);
  });

  it("leads nowhere from nowhere", async () => {
    const { asked, view } = edit("text", 2, { definition: async () => null });
    goToDefinition(view);
    await settled();
    expect(asked.go).not.toHaveBeenCalled();
  });
});

describe("another name", () => {
  const field = (view: EditorView) => view.dom.querySelector<HTMLInputElement>(".cm-rename input");
  const send = (view: EditorView, to: string) => {
    const input = field(view);
    if (input) input.value = to;
    view.dom.querySelector("form")?.dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
  };

  it("is asked for with the old one in the field, and given everywhere", async () => {
    const { asked, view } = edit("😀 {{ customer }}", 8);
    expect(renameAtCursor(view)).toBe(true);
    expect(field(view)?.value).toBe("customer");
    send(view, "client");
    await settled();
    expect(asked.rename).toHaveBeenCalledWith(7, "client");
    expect(asked.renamed).toHaveBeenCalledWith(RENAMING);
    expect(field(view)).toBeNull();
  });

  it("says why it can't be given, and stays", async () => {
    const taken = new ApiError({
      code: "conflict",
      message: "client is a variable already",
      hint: null,
      details: null,
    });
    const { asked, view } = edit("{{ customer }}", 5, { rename: () => Promise.reject(taken) });
    renameAtCursor(view);
    send(view, "client");
    await settled();
    expect(view.dom.querySelector("[data-testid=rename-problem]")?.textContent).toBe("client is a variable already");
    expect(asked.renamed).not.toHaveBeenCalled();
    expect(field(view)).not.toBeNull();
  });

  it("is asked for on a name only", () => {
    expect(renameAtCursor(edit("{{  }}", 3).view)).toBe(false);
    expect(nameAt("a größe b", 4)).toBe("größe");
  });
});
