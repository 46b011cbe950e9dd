import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The look of the editor. Every value is a token, so themes and text sizes change it without a new state. */
const look = EditorView.theme({
  "&": {
    height: "100%",
    color: "var(--text-1)",
    backgroundColor: "transparent",
    fontSize: "var(--type-12)",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-content)",
    fontVariantLigatures: "none",
    lineHeight: "var(--line-20)",
    overflow: "auto",
  },
  ".cm-content": { padding: "6px 0", caretColor: "var(--text-1)" },
  ".cm-line": { padding: "0 12px 0 0" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    color: "var(--text-3)",
    border: "none",
    minWidth: "36px",
    fontVariantNumeric: "tabular-nums",
  },
  ".cm-lineNumbers": { minWidth: "36px" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 10px 0 8px", minWidth: "36px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: "var(--surface-inset)" },
  ".cm-activeLineGutter": { color: "var(--text-1)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text-1)", borderLeftWidth: "1px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--diff-add-tint)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--value-tint)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    boxShadow: "0 1px 0 var(--accent)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent" },
  ".cm-searchMatch": { backgroundColor: "var(--diff-add-tint)", borderRadius: "2px" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--diff-add-tint)", boxShadow: "0 0 0 1px var(--accent)" },
  ".cm-role": { fontWeight: "var(--weight-strong)" },

  // WebKit takes the parts of a text decoration one by one only.
  ".cm-lintRange": {
    backgroundImage: "none",
    textDecorationLine: "underline",
    textDecorationThickness: "1px",
    textUnderlineOffset: "3px",
    textDecorationSkipInk: "none",
  },
  ".cm-lintRange-error": { textDecorationStyle: "wavy", textDecorationColor: "var(--signal-stop)" },
  ".cm-lintRange-warning": { textDecorationStyle: "wavy", textDecorationColor: "var(--signal-caution)" },
  ".cm-lintRange-hint, .cm-lintRange-info": { textDecorationStyle: "dotted", textDecorationColor: "var(--text-3)" },
  ".cm-lintRange-active": { backgroundColor: "transparent" },
  ".cm-lintPoint": { display: "none" },

  ".cm-tooltip": {
    zIndex: "var(--layer-tooltip)",
    border: "none",
    borderRadius: "var(--radius-2)",
    color: "var(--text-1)",
    backgroundColor: "var(--surface-raised)",
    boxShadow: "var(--shadow-overlay)",
    fontFamily: "var(--font-ui)",
    fontSize: "var(--type-12)",
    lineHeight: "var(--line-16)",
  },
  ".cm-tooltip-lint": { padding: "0", maxWidth: "min(420px, 90vw)" },
  ".cm-diagnostic": { padding: "0", border: "none !important", whiteSpace: "normal" },
  ".cm-diagnostic + .cm-diagnostic": { borderTop: "var(--hairline) solid var(--border-1) !important" },
  ".cm-problem": { display: "block", maxWidth: "min(420px, 90vw)", padding: "6px 8px" },
  ".cm-problem code": { fontFamily: "var(--font-content)", fontVariantLigatures: "none" },
  ".cm-problem-foot": { display: "flex", alignItems: "center", gap: "12px", marginTop: "4px" },
  ".cm-problem-fix": {
    padding: "0",
    border: "0",
    background: "none",
    color: "var(--accent)",
    font: "inherit",
    borderRadius: "var(--radius-1)",
    textAlign: "left",
  },
  ".cm-problem-fix:hover": { textDecoration: "underline" },
  ".cm-problem-key": {
    padding: "0 4px",
    border: "var(--hairline) solid var(--border-1)",
    borderRadius: "var(--radius-1)",
    color: "var(--text-3)",
    fontSize: "var(--type-11)",
    fontWeight: "var(--weight-medium)",
    whiteSpace: "nowrap",
  },
  ".cm-problem-code": { marginLeft: "auto", color: "var(--text-3)", fontSize: "var(--type-11)" },

  ".cm-tooltip-autocomplete > ul": {
    maxHeight: "240px",
    padding: "4px",
    fontFamily: "var(--font-content)",
    fontSize: "var(--type-12)",
  },
  ".cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    minHeight: "var(--row-dense)",
    padding: "0 8px !important",
    borderRadius: "var(--radius-1)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--text-1)",
    background: "var(--surface-selected)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "var(--weight-strong)" },
  ".cm-completionDetail": {
    marginLeft: "auto",
    color: "var(--text-3)",
    fontFamily: "var(--font-ui)",
    fontStyle: "normal",
    fontSize: "var(--type-11)",
  },
  ".cm-completionInfo": { maxWidth: "300px", padding: "6px 8px", color: "var(--text-2)" },

  ".cm-panels": { zIndex: "var(--layer-sticky)", color: "var(--text-1)", backgroundColor: "var(--surface-inset)" },
  ".cm-panels-top": { borderBottom: "var(--hairline) solid var(--border-1)" },
  ".cm-panel.cm-search": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "4px 6px",
    padding: "4px 32px 4px 12px",
    fontFamily: "var(--font-ui)",
    fontSize: "var(--type-12)",
  },
  ".cm-panel.cm-search br": { flexBasis: "100%", content: "''" },
  // Two lines are enough; whole words are asked for by a regular expression.
  ".cm-panel.cm-search label:nth-of-type(3)": { display: "none !important" },
  ".cm-panel.cm-search label": {
    display: "inline-flex",
    alignItems: "center",
    gap: "4px",
    color: "var(--text-2)",
    fontSize: "var(--type-12)",
  },
  ".cm-panel.cm-search .cm-textfield": {
    width: "128px",
    height: "var(--control)",
    margin: "0",
    padding: "0 8px",
    border: "var(--hairline) solid var(--border-2)",
    borderRadius: "var(--radius-2)",
    backgroundColor: "var(--surface-control)",
    color: "var(--text-1)",
    font: "var(--weight-text) var(--type-12) / 1 var(--font-content)",
  },
  ".cm-panel.cm-search .cm-textfield:focus-visible": {
    outline: "none",
    borderColor: "var(--accent)",
    boxShadow: "0 0 0 1px var(--accent)",
  },
  ".cm-panel.cm-search .cm-button": {
    height: "var(--control)",
    margin: "0",
    padding: "0 8px",
    border: "var(--hairline) solid var(--border-2)",
    borderRadius: "var(--radius-2)",
    background: "var(--surface-control)",
    color: "var(--text-1)",
    font: "var(--weight-medium) var(--type-12) / 1 var(--font-ui)",
    textTransform: "capitalize",
  },
  ".cm-panel.cm-search .cm-button:hover": { background: "var(--surface-hover)" },
  ".cm-panel.cm-search [name=close]": {
    top: "4px",
    right: "8px",
    width: "var(--control)",
    height: "var(--control)",
    color: "var(--text-3)",
    fontSize: "var(--type-15)",
    cursor: "default",
  },
});

/** Syntax uses the accent and grey only: colour is kept for signals. */
const highlight = HighlightStyle.define([
  { tag: tags.brace, color: "var(--code-delimiter)" },
  { tag: [tags.operator, tags.meta], color: "var(--code-delimiter)" },
  {
    tag: [
      tags.keyword,
      tags.controlKeyword,
      tags.definitionKeyword,
      tags.operatorKeyword,
      tags.logicOperator,
      tags.modifier,
    ],
    color: "var(--text-1)",
    fontWeight: "var(--weight-strong)",
  },
  {
    tag: [tags.variableName, tags.definition(tags.variableName), tags.propertyName, tags.derefOperator, tags.self],
    color: "var(--code-variable)",
  },
  { tag: tags.special(tags.variableName), color: "var(--text-1)" },
  { tag: [tags.string, tags.number, tags.bool, tags.null], color: "var(--text-2)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.punctuation, color: "var(--text-3)" },
]);

/** Look and syntax colours of every editor. */
export const editorTheme: Extension = [look, syntaxHighlighting(highlight)];
