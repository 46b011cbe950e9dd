import type { Block, Content } from "./host/index.ts";

/** One part of a message as it is shown: always text, never a picture that would have to be fetched. */
export interface MessagePart {
  kind: "text" | "image" | "tool call" | "tool result" | "reasoning" | "other";
  /** What stands before the text; none for plain text. */
  title?: string;
  text: string;
  /** A tool that failed. */
  failed?: boolean;
}

/** The parts of what a message holds. */
export function messageParts(content: Content): MessagePart[] {
  return typeof content === "string" ? [{ kind: "text", text: content }] : content.map(partOf);
}

function partOf(block: Block): MessagePart {
  switch (block.type) {
    case "text":
      return { kind: "text", text: block.text };
    case "image": {
      const { source } = block;
      return { kind: "image", title: "image", text: source.kind === "base64" ? source.media_type : source.url };
    }
    case "tool_call":
      return { kind: "tool call", title: `calls ${block.name}`, text: pretty(block.arguments) };
    case "tool_result":
      return {
        kind: "tool result",
        title: `${block.name ?? block.id} ${block.is_error ? "failed" : "answered"}`,
        text: block.content,
        failed: block.is_error,
      };
    case "reasoning":
      return { kind: "reasoning", title: "reasoning", text: block.text || "not shown by the provider" };
    case "other":
      return { kind: "other", title: `a part of ${block.protocol}`, text: JSON.stringify(block.value, null, 2) };
  }
}

/** Arguments in lines, where they are JSON. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A message as one text, for searching and copying. */
export function messageText(content: Content): string {
  return messageParts(content)
    .map(({ title, text }) => (title === undefined ? text : `[${title}] ${text}`))
    .join("\n");
}
