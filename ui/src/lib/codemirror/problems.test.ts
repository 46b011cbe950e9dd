import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../host/index.ts";
import { nextProblem, problems, problemsIn, problemsOf, showProblems, takeFix } from "./problems.ts";

const TEXT = "😀 {{ custmer }} and {{ ordrs }}";

function diagnostic(word: string, replacement?: string): Diagnostic {
  const start = Array.from(TEXT.slice(0, TEXT.indexOf(word))).length;
  const range = { start, end: start + word.length };
  return {
    part: "body",
    range,
    line: 1,
    column: start + 1,
    severity: "error",
    code: "unknown-variable",
    message: `${word} is not a variable of this prompt`,
    fix: replacement ? { title: `Change to ${replacement}`, replacement, range } : null,
  };
}

let view: EditorView;

function open(diagnostics: Diagnostic[]): EditorView {
  view = new EditorView({
    state: EditorState.create({ doc: TEXT, extensions: [problems("Alt+Enter")] }),
    parent: document.body,
  });
  view.dispatch(showProblems(view.state, problemsOf(TEXT, diagnostics), "Alt+Enter"));
  return view;
}

afterEach(() => view.destroy());

describe("problems", () => {
  it("stand where the core says, behind characters of two units too", () => {
    open([diagnostic("custmer")]);
    const [problem] = problemsIn(view.state);
    expect(view.state.sliceDoc(problem?.from, problem?.to)).toBe("custmer");
  });

  it("follow their text while it is edited", () => {
    open([diagnostic("custmer", "customer")]);
    view.dispatch({ changes: { from: 0, insert: "Dear all,\n" } });
    const [problem] = problemsIn(view.state);
    expect(view.state.sliceDoc(problem?.from, problem?.to)).toBe("custmer");
    expect(view.state.sliceDoc(problem?.fix?.from, problem?.fix?.to)).toBe("custmer");
  });

  it("take the fix at the cursor, and undo leaves no half of it", () => {
    open([diagnostic("custmer", "customer"), diagnostic("ordrs", "orders")]);
    view.dispatch({ selection: { anchor: TEXT.indexOf("ordrs") + 2 } });
    expect(takeFix(view)).toBe(true);
    expect(view.state.doc.toString()).toBe("😀 {{ custmer }} and {{ orders }}");
    expect(view.state.selection.main.head).toBe(view.state.doc.toString().indexOf("orders") + 6);
  });

  it("take no fix where there is none", () => {
    open([diagnostic("custmer")]);
    expect(takeFix(view)).toBe(false);
    expect(view.state.doc.toString()).toBe(TEXT);
  });

  it("are gone round from one to the next", () => {
    open([diagnostic("custmer"), diagnostic("ordrs")]);
    nextProblem(view);
    expect(view.state.selection.main.head).toBe(TEXT.indexOf("custmer"));
    nextProblem(view);
    expect(view.state.selection.main.head).toBe(TEXT.indexOf("ordrs"));
    nextProblem(view);
    expect(view.state.selection.main.head).toBe(TEXT.indexOf("custmer"));
  });
});
