import { ensureSyntaxTree } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { jinja, ROLE_LINE } from "./jinja.ts";
import { yaml } from "./yaml.ts";

/** The named pieces of a text with what they hold. */
function nodes(doc: string, extension = jinja()): string[] {
  const state = EditorState.create({ doc, extensions: extension });
  const found: string[] = [];
  ensureSyntaxTree(state, doc.length, 5_000)?.iterate({
    enter: (node) => {
      found.push(`${node.name} ${state.sliceDoc(node.from, node.to)}`);
    },
  });
  return found;
}

describe("templates", () => {
  it("have variables, filters and tags marked", () => {
    const found = nodes('Hi {{ customer.name | default("x") }}{% if orders %}a{% endif %}');
    expect(found).toContain("VariableName customer");
    expect(found).toContain("PropertyName name");
    expect(found).toContain("FilterName default");
    expect(found).toContain("VariableName orders");
  });

  it("have no HTML in them", () => {
    const found = nodes("<b>{{ a }}</b> <script>if (a < b) {}</script>");
    expect(found.some((node) => /^(Element|OpenTag|TagName b|Script)/.test(node))).toBe(false);
    expect(found).toContain("VariableName a");
  });

  it("open messages with the lines that the core takes for it", () => {
    for (const line of ["system:", "  User :", "# assistant:", 'tool[name="Ada", id=7]:'])
      expect(line).toMatch(ROLE_LINE);
    for (const line of ["System: be brief", "the user:", "users:", "{{ user }}:", "system"])
      expect(line).not.toMatch(ROLE_LINE);
  });
});

describe("front matter", () => {
  it("has keys, values, comments and blocks of text told apart", () => {
    const found = nodes(
      "# note\nname: reply\ninputs:\n  - name: shop # here\n    text: |\n      key: not a key\nlast: 1\n",
      yaml(),
    );
    expect(found).toContain("comment # note");
    expect(found).toContain("propertyName name");
    expect(found).toContain("comment # here");
    expect(found).toContain("propertyName last");
    expect(found).not.toContain("propertyName key");
  });
});
