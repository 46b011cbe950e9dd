// A rough stand-in for what the core says of texts: rendering, lint and differences. It shares no rule with it.
import type { Diagnostic, DiffRow, InlineSpan, Preview, Rendered, Source } from "$lib/host/index.ts";

/** The front matter of the sample, as it is read. */
export function documentOf(): NonNullable<Preview["document"]> {
  const kinds = { shop: "object", policy: "list", customer: "object", orders: "list", message: "string" } as const;
  return {
    name: null,
    description: "Answers a customer's mail from the facts that are given",
    model: null,
    parameters: { temperature: 0.2, top_p: null, max_tokens: 400, seed: null, stop: [], reasoning: null },
    other_parameters: {},
    inputs: Object.entries(kinds).map(([name, kind]) => ({
      name,
      kind,
      description: null,
      default: null,
      required: false,
    })),
    output: {
      type: "object",
      properties: { category: {}, priority: {}, reply: {}, needs_human: {} },
      required: ["reply"],
    },
    tools: [],
    examples: [],
    includes: [],
  };
}

/** A rough rendering: expressions, loops and conditions without filters. Enough to look at. */
export function previewOf(source: Source, values: Record<string, unknown>): Preview {
  const diagnostics: Diagnostic[] = [];
  const known = documentOf().inputs.map((input) => input.name);
  const loops = [...source.body.matchAll(/\{%-?\s*for\s+(\w+)/g)].map((match) => match[1]);
  for (const match of source.body.matchAll(/\{\{\s*(\w+)/g)) {
    const name = match[1] ?? "";
    if (known.includes(name) || loops.includes(name)) continue;
    const unit = match.index + match[0].length - name.length;
    const start = Array.from(source.body.slice(0, unit)).length;
    const range = { start, end: start + name.length };
    const close = known.find((one) => one.startsWith(name.slice(0, 3)));
    const line = source.body.slice(0, unit).split("\n").length;
    diagnostics.push({
      part: "body",
      range,
      line,
      column: 1,
      severity: "error",
      code: "unknown-variable",
      message: `${name} is not a variable of this prompt`,
      fix: close ? { title: `Change to ${close}`, replacement: close, range } : null,
    });
  }
  const problem = diagnostics[0];
  const rendered = problem ? null : render(source.body, values);
  const lengths = (rendered?.messages ?? []).map((message) =>
    Math.round(message.segments.reduce((sum, segment) => sum + segment.text.length, 0) / 4),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return {
    diagnostics,
    document: documentOf(),
    rendered,
    problem: problem ?? null,
    message_tokens: lengths,
    estimates: [
      {
        model: "gpt-5-mini",
        input: total,
        counted: true,
        max_output: 400,
        at_most: total * 250 + 400 * 2_000,
        free: false,
      },
      {
        model: "claude-haiku-4.5",
        input: Math.round(total * 1.06),
        counted: false,
        max_output: 400,
        at_most: total * 1_000 + 400 * 5_000,
        free: false,
      },
      { model: "ft:returns", input: total, counted: false, max_output: 400, at_most: null, free: false },
      { model: "smollm2", input: Math.round(total * 1.02), counted: false, max_output: 400, at_most: 0, free: true },
    ],
  };
}

type Segment = Rendered["messages"][number]["segments"][number];

function render(body: string, values: Record<string, unknown>): Rendered {
  const messages: Rendered["messages"] = [];
  const lines = body.split("\n");
  let start = 0;
  lines.forEach((line, index) => {
    const role = /^(system|user|assistant):\s*$/.exec(line)?.[1];
    if (role) {
      messages.push({
        role: role as "system",
        attributes: {},
        segments: [],
        lines: { first: index + 1, last: index + 1 },
      });
      start = index + 1;
    } else if (line.trim() && messages.length > 0)
      (messages.at(-1) as Rendered["messages"][number]).lines.last = index + 1;
  });
  void start;
  const parts = body.split(/^(?:system|user|assistant):\s*\n/m).slice(1);
  parts.forEach((part, index) => {
    const message = messages[index];
    if (message) message.segments = expand(part.trim().replace(/\{#.*?#\}\n?/gs, ""), values);
  });
  return { messages };
}

function expand(text: string, values: Record<string, unknown>): Segment[] {
  const block = /\{%-?\s*(for\s+(\w+)\s+in\s+(\w+)|if\s+(\w+))\s*-?%\}\n?/.exec(text);
  if (!block) return plain(text, values);
  const word = block[2] ? "for" : "if";
  const after = text.slice(block.index + block[0].length);
  const end = closing(after, word);
  const inner = after.slice(0, end.from);
  const rest = after.slice(end.to);
  const list = values[block[3] ?? block[4] ?? ""];
  const items =
    word === "for"
      ? Array.isArray(list)
        ? list
        : []
      : (Array.isArray(list) ? list.length > 0 : list)
        ? [undefined]
        : [];
  return [
    ...plain(text.slice(0, block.index), values),
    ...items.flatMap((item) => expand(inner, word === "for" ? { ...values, [block[2] as string]: item } : values)),
    ...expand(rest, values),
  ];
}

function closing(text: string, word: string): { from: number; to: number } {
  let depth = 0;
  for (const tag of text.matchAll(/\{%-?\s*(end)?(for|if)\b[^%]*%\}\n?/g)) {
    if (tag[2] !== word) continue;
    if (!tag[1]) depth += 1;
    else if (depth === 0) return { from: tag.index, to: tag.index + tag[0].length };
    else depth -= 1;
  }
  return { from: text.length, to: text.length };
}

function plain(text: string, values: Record<string, unknown>): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{\s*([\w.]+)[^}]*\}\}/g)) {
    if (match.index > at) segments.push({ text: text.slice(at, match.index), origin: { kind: "template" } });
    const value = (match[1] ?? "")
      .split(".")
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], values);
    segments.push({ text: String(value ?? ""), origin: { kind: "value", expression: match[1] ?? "", line: 1 } });
    at = match.index + match[0].length;
  }
  if (at < text.length) segments.push({ text: text.slice(at), origin: { kind: "template" } });
  return segments.filter((segment) => segment.text !== "");
}

/** Longest common run of two lists, as pairs of indexes. */
function common<T>(a: readonly T[], b: readonly T[]): [number, number][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = table[i] as number[];
      row[j] = a[i] === b[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if ((table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return pairs;
}

/** The words of two texts in one. */
export function wordDiff(before: string, after: string): InlineSpan[] {
  const a = before.match(/\s+|\S+/g) ?? [];
  const b = after.match(/\s+|\S+/g) ?? [];
  const spans: InlineSpan[] = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of [...common(a, b), [a.length, b.length] as [number, number]]) {
    if (i < x) spans.push({ text: a.slice(i, x).join(""), kind: "deleted" });
    if (j < y) spans.push({ text: b.slice(j, y).join(""), kind: "inserted" });
    if (x < a.length) spans.push({ text: a[x] as string, kind: "equal" });
    i = x + 1;
    j = y + 1;
  }
  return spans;
}

/** Two texts side by side. */
export function lineDiff(left: string, right: string): DiffRow[] {
  const a = left.split("\n");
  const b = right.split("\n");
  const rows: DiffRow[] = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of [...common(a, b), [a.length, b.length] as [number, number]]) {
    while (i < x || j < y) {
      const l = i < x ? a[i] : undefined;
      const r = j < y ? b[j] : undefined;
      const spans = wordDiff(l ?? "", r ?? "");
      rows.push({
        left:
          l === undefined
            ? null
            : {
                number: ++i,
                spans: spans
                  .filter((one) => one.kind !== "inserted")
                  .map((one) => ({ text: one.text, changed: one.kind === "deleted" })),
              },
        right:
          r === undefined
            ? null
            : {
                number: ++j,
                spans: spans
                  .filter((one) => one.kind !== "deleted")
                  .map((one) => ({ text: one.text, changed: one.kind === "inserted" })),
              },
        changed: true,
      });
    }
    if (x < a.length) {
      const text = a[x] as string;
      rows.push({
        left: { number: ++i, spans: text ? [{ text, changed: false }] : [] },
        right: { number: ++j, spans: text ? [{ text, changed: false }] : [] },
        changed: false,
      });
    }
  }
  return rows;
}
