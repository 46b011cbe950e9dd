import { describe, expect, it } from "vitest";
import type { Block, Content } from "./host/index.ts";
import { messageParts, messageText } from "./messages.ts";

describe("the parts of a message", () => {
  const call: Block = { type: "tool_call", id: "1", name: "weather", arguments: '{"city":"Ulm"}' };
  const result = (is_error: boolean, name: string | null): Block => ({
    type: "tool_result",
    id: "1",
    name,
    content: "12 degrees",
    is_error,
  });

  it.each<[string, Content, string]>([
    ["plain text", "Hello", "Hello"],
    ["text as a block", [{ type: "text", text: "Hello" }], "Hello"],
    [
      "a picture, by its kind and never by its bytes",
      [{ type: "image", source: { kind: "base64", media_type: "image/png", data: "iVBOR" } }],
      "[image] image/png",
    ],
    [
      "a picture elsewhere, by its address",
      [{ type: "image", source: { kind: "url", url: "https://example.com/a.png" } }],
      "[image] https://example.com/a.png",
    ],
    ["a tool call", [call], '[calls weather] {\n  "city": "Ulm"\n}'],
    ["arguments that nobody can read", [{ ...call, arguments: "{" } as Block], "[calls weather] {"],
    ["a tool's answer", [result(false, "weather")], "[weather answered] 12 degrees"],
    ["a tool that failed", [result(true, null)], "[1 failed] 12 degrees"],
    ["thoughts", [{ type: "reasoning", text: "Hm", signature: null }], "[reasoning] Hm"],
    [
      "thoughts that stay hidden",
      [{ type: "reasoning", text: "", signature: "s" }],
      "[reasoning] not shown by the provider",
    ],
  ])("say what they are: %s", (_, content, text) => {
    expect(messageText(content)).toBe(text);
  });

  it("mark a tool that failed", () => {
    expect(messageParts([result(true, "weather")])[0]?.failed).toBe(true);
  });
});
