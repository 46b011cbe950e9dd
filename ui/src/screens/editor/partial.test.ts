import { describe, expect, it } from "vitest";
import { inSchemaOrder, readFields } from "./partial.ts";

const WHOLE =
  '{"category": "late_parcel", "priority": 2, "reply": "Hi Maya,\\n\\n\\u201cSorry\\u201d: \\"late\\" 😀", "tags": ["a", {"b": "}"}], "needs_human": false}';

describe("fields of an answer", () => {
  it("are read from a whole object", () => {
    expect(readFields(WHOLE)).toEqual({
      complete: true,
      fields: [
        { name: "category", text: "late_parcel", kind: "text", open: false },
        { name: "priority", text: "2", kind: "value", open: false },
        { name: "reply", text: 'Hi Maya,\n\n“Sorry”: "late" 😀', kind: "text", open: false },
        { name: "tags", text: JSON.stringify(["a", { b: "}" }], null, 2), kind: "value", open: false },
        { name: "needs_human", text: "false", kind: "value", open: false },
      ],
    });
  });

  it("never change once they were shown closed, wherever the answer is cut", () => {
    const whole = readFields(WHOLE)?.fields ?? [];
    for (let length = 1; length <= WHOLE.length; length += 1) {
      const part = readFields(WHOLE.slice(0, length));
      expect(part, WHOLE.slice(0, length)).toBeDefined();
      part?.fields.forEach((field, index) => {
        expect(field.name).toBe(whole[index]?.name);
        if (!field.open) expect(field).toEqual(whole[index]);
        else if (field.kind === "text") expect(whole[index]?.text.startsWith(field.text)).toBe(true);
      });
      expect(part?.complete).toBe(length === WHOLE.length);
    }
  });

  it("are read from inside a fence", () => {
    expect(readFields('```json\n{"a": 1}\n```')?.complete).toBe(true);
  });

  it("are not made out of prose", () => {
    for (const text of ["", "Hi Maya,", "{{ template }}", "[1, 2]", "{broken", "{'a': 1}"]) {
      expect(readFields(text), text).toBeUndefined();
    }
  });

  it("stand in the schema's order, with what is missing", () => {
    const schema = { type: "object", properties: { reply: {}, category: {}, later: {} }, required: ["later"] };
    const fields = readFields('{"category": "a", "extra": 1, "reply": "b"}')?.fields ?? [];
    expect(inSchemaOrder(fields, schema).map(({ name, field, required }) => [name, field?.text, required])).toEqual([
      ["reply", "b", false],
      ["category", "a", false],
      ["later", undefined, true],
      ["extra", "1", false],
    ]);
    expect(inSchemaOrder(fields, null)).toHaveLength(3);
  });
});
