import { setDiagnostics, type Diagnostic as Mark } from "@codemirror/lint";
import {
  StateEffect,
  StateField,
  type ChangeDesc,
  type EditorState,
  type Extension,
  type TransactionSpec,
} from "@codemirror/state";
import { EditorView, showTooltip, type Tooltip } from "@codemirror/view";
import type { Diagnostic } from "../host/index.ts";
import { offsetsOf } from "./offsets.ts";

/** A diagnostic at its place in the editor. The places follow the text as it is edited. */
export interface Problem {
  from: number;
  to: number;
  severity: Diagnostic["severity"];
  code: string;
  message: string;
  fix: { title: string; from: number; to: number; insert: string } | undefined;
}

/** Reads the core's diagnostics of one text, which come worst first, in the order of their places. */
export function problemsOf(text: string, diagnostics: readonly Diagnostic[]): Problem[] {
  const offsets = offsetsOf(text);
  const found = diagnostics.map(({ range, severity, code, message, fix }): Problem => ({
    from: offsets.toUtf16(range.start),
    to: offsets.toUtf16(range.end),
    severity,
    code,
    message,
    fix: fix
      ? {
          title: fix.title,
          from: offsets.toUtf16(fix.range.start),
          to: offsets.toUtf16(fix.range.end),
          insert: fix.replacement,
        }
      : undefined,
  }));
  return found.sort((a, b) => a.from - b.from || a.to - b.to);
}

const setProblems = StateEffect.define<readonly Problem[]>();

function moved(problem: Problem, changes: ChangeDesc): Problem {
  const { fix } = problem;
  return {
    ...problem,
    from: changes.mapPos(problem.from, 1),
    to: changes.mapPos(problem.to, -1),
    fix: fix && { ...fix, from: changes.mapPos(fix.from, 1), to: changes.mapPos(fix.to, -1) },
  };
}

const known = StateField.define<readonly Problem[]>({
  create: () => [],
  update(problems, transaction) {
    for (const effect of transaction.effects) if (effect.is(setProblems)) return effect.value;
    if (!transaction.docChanged || problems.length === 0) return problems;
    return problems.map((problem) => moved(problem, transaction.changes));
  },
});

/** The problems of a text, first to last. */
export function problemsIn(state: EditorState): readonly Problem[] {
  return state.field(known, false) ?? [];
}

/** Shows these problems instead of those before. */
export function showProblems(state: EditorState, problems: readonly Problem[], fixKeys: string): TransactionSpec {
  const marks = problems.map((problem, index): Mark => {
    // A place without length could not be seen.
    const to = problem.to > problem.from ? problem.to : Math.min(problem.from + 1, state.doc.length);
    return {
      from: Math.min(problem.from, to),
      to,
      severity: problem.severity,
      message: problem.message,
      renderMessage: (view) => explain(view, problem, index, fixKeys),
    };
  });
  const spec = setDiagnostics(state, marks);
  const effects = spec.effects === undefined ? [] : Array.isArray(spec.effects) ? spec.effects : [spec.effects];
  return { ...spec, effects: [...effects, setProblems.of(problems)] };
}

/** What is wrong in words, what to do, and the kind of problem. */
function explain(view: EditorView, problem: Problem, index: number, fixKeys: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-problem";
  box.dataset.testid = "problem";
  box.dataset.code = problem.code;
  const message = document.createElement("div");
  message.textContent = problem.message;
  const foot = document.createElement("div");
  foot.className = "cm-problem-foot";
  if (problem.fix) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cm-problem-fix";
    button.dataset.testid = "problem-fix";
    button.textContent = problem.fix.title;
    button.onmousedown = (event) => {
      event.preventDefault();
      const now = problemsIn(view.state)[index];
      if (now?.code === problem.code) applyFix(view, now);
    };
    const keys = document.createElement("kbd");
    keys.className = "cm-problem-key";
    keys.textContent = fixKeys;
    foot.append(button, keys);
  }
  const code = document.createElement("span");
  code.className = "cm-problem-code";
  code.textContent = problem.code;
  foot.append(code);
  box.append(message, foot);
  return box;
}

function applyFix(view: EditorView, problem: Problem): void {
  if (!problem.fix) return;
  const { from, to, insert } = problem.fix;
  view.dispatch({
    changes: { from, to: Math.max(from, to), insert },
    selection: { anchor: from + insert.length },
    scrollIntoView: true,
    userEvent: "input.fix",
  });
  view.focus();
}

/** The problem whose fix the key takes: at the cursor, on its line, or else the next one. */
export function fixable(state: EditorState): Problem | undefined {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const offered = problemsIn(state).filter((problem) => problem.fix);
  return (
    offered.find((problem) => problem.from <= head && head <= problem.to) ??
    offered.find((problem) => problem.from >= line.from && problem.from <= line.to) ??
    offered.find((problem) => problem.from > head) ??
    offered[0]
  );
}

/** Takes the fix that `fixable` finds; false when there is none. */
export function takeFix(view: EditorView): boolean {
  const problem = fixable(view.state);
  if (!problem) return false;
  applyFix(view, problem);
  return true;
}

/** Moves to the next problem behind the cursor, and round to the first. */
export function nextProblem(view: EditorView): boolean {
  const problems = problemsIn(view.state);
  const { head } = view.state.selection.main;
  const next = problems.find((problem) => problem.from > head) ?? problems[0];
  if (!next) return false;
  view.dispatch({ selection: { anchor: next.from }, scrollIntoView: true, userEvent: "select.problem" });
  view.focus();
  return true;
}

const closeTip = StateEffect.define<null>();

/** Whoever works elsewhere doesn't want it over the page. */
const tipLeaves = EditorView.domEventHandlers({
  blur: (_, view) => {
    view.dispatch({ effects: closeTip.of(null) });
  },
});

/**
 * The explanation at the cursor, for those who don't use the mouse. It comes when the cursor is moved onto a problem
 * and goes with the next change of the text, so that it never covers lines while somebody types.
 */
function atCursor(fixKeys: string) {
  return StateField.define<Tooltip | null>({
    create: () => null,
    update(tooltip, transaction) {
      if (transaction.docChanged || transaction.effects.some((effect) => effect.is(closeTip))) return null;
      if (!transaction.isUserEvent("select")) return tooltip;
      const { main } = transaction.state.selection;
      if (!main.empty) return null;
      const problems = problemsIn(transaction.state);
      const index = problems.findIndex((one) => one.from <= main.head && main.head <= one.to);
      const problem = problems[index];
      if (!problem) return null;
      return {
        pos: problem.from,
        end: problem.to,
        above: false,
        create: (view) => ({ dom: explain(view, problem, index, fixKeys), offset: { x: 0, y: 6 } }),
      };
    },
    provide: (field) => showTooltip.from(field),
  });
}

/** Makes a state keep problems and explain the one at the cursor. */
export function problems(fixKeys: string): Extension {
  return [known, atCursor(fixKeys), tipLeaves];
}
