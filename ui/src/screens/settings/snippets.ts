import type { PromptRow } from "$lib/host/index.ts";

/** Whose package a program uses. */
export type Dialect = "openai" | "anthropic";

/** What a snippet asks for: `route:NAME`, `prompt:NAME@LABEL` or a model, and the variables of a prompt. */
export interface Wanted {
  model: string;
  variables: readonly string[];
}

/** One way to ask, ready to be copied. */
export interface Snippet {
  language: "Python" | "TypeScript" | "curl";
  text: string;
}

/** What the field `model` may say, in the groups in which it is offered. */
export function namable(
  routes: readonly string[],
  models: readonly string[],
  prompts: readonly PromptRow[],
): { value: string; label: string; group: string }[] {
  const labelled = prompts.flatMap((prompt) => prompt.labels.map(({ label }) => `prompt:${prompt.name}@${label}`));
  return [
    ...routes.map((name) => ({ value: `route:${name}`, group: "Routes" })),
    ...labelled.map((value) => ({ value, group: "Prompts" })),
    ...models.map((value) => ({ value, group: "Models" })),
  ].map((item) => ({ ...item, label: item.value }));
}

/** The variables that a prompt wants; none where something else is asked for. */
export function variablesOf(model: string, prompts: readonly PromptRow[]): readonly string[] {
  const name = /^prompt:(.*)@[^@]*$/.exec(model)?.[1];
  return prompts.find((prompt) => prompt.name === name)?.variables ?? [];
}

/** How to ask from Python, TypeScript and a shell. The token is in the environment, never in the text. */
export function snippets(dialect: Dialect, address: string, wanted: Wanted): Snippet[] {
  const texts = dialect === "openai" ? openai(address, wanted) : anthropic(address, wanted);
  return (["Python", "TypeScript", "curl"] as const).map((language, index) => ({ language, text: texts[index] ?? "" }));
}

const quoted = (text: string) => JSON.stringify(text);
/** Inside of a shell's single quotes. */
const shell = (text: string) => text.replaceAll("'", "'\\''");
const pairs = (variables: readonly string[]) => variables.map((name) => `${quoted(name)}: "…"`);
/** `{"shop": "…", "customer": "…"}`. */
const values = (variables: readonly string[]) => `{${pairs(variables).join(", ")}}`;
/** The same in lines of their own, where there are more than two. */
function valueLines(begin: string, variables: readonly string[], indent: string): string[] {
  if (variables.length <= 2) return [`${indent}${begin}${values(variables)},`];
  return [`${indent}${begin}{`, ...pairs(variables).map((pair) => `${indent}${indent}${pair},`), `${indent}},`];
}

function openai(address: string, { model, variables }: Wanted): string[] {
  const asks = variables.length > 0;
  const python = [
    "import os",
    "from openai import OpenAI",
    "client = OpenAI(",
    `    base_url=${quoted(`${address}/v1`)},`,
    `    api_key=os.environ["SIGNALBOX_TOKEN"],`,
    ")",
    "answer = client.chat.completions.create(",
    `    model=${quoted(model)},`,
    ...(asks ? valueLines("metadata=", variables, "    ") : []),
    `    messages=[${asks ? "" : `{"role": "user", "content": "Hi"}`}],`,
    ")",
    "print(answer.choices[0].message.content)",
  ];
  const typescript = [
    `import OpenAI from "openai";`,
    "const client = new OpenAI({",
    `  baseURL: ${quoted(`${address}/v1`)},`,
    "  apiKey: process.env.SIGNALBOX_TOKEN,",
    "});",
    "const answer = await client.chat.completions.create({",
    `  model: ${quoted(model)},`,
    ...(asks ? valueLines("metadata: ", variables, "  ") : []),
    `  messages: [${asks ? "" : `{ role: "user", content: "Hi" }`}],`,
    "});",
    "console.log(answer.choices[0]?.message.content);",
  ];
  const body = asks
    ? [`{"model": ${quoted(model)}, "messages": [],`, ` "metadata": {${pairs(variables).join(",\n              ")}}}`]
    : [`{"model": ${quoted(model)},`, ` "messages": [{"role": "user", "content": "Hi"}]}`];
  const curl = [
    `curl ${address}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $SIGNALBOX_TOKEN" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${shell(body.join("\n"))}'`,
  ];
  return [python, typescript, curl].map((lines) => lines.join("\n"));
}

function anthropic(address: string, { model, variables }: Wanted): string[] {
  const asks = variables.length > 0;
  // The package knows no variables, so they go beside its request; a header holds no letter beyond ASCII.
  const header = values(variables).replaceAll("…", "...");
  const python = [
    "import os",
    "from anthropic import Anthropic",
    "client = Anthropic(",
    `    base_url=${quoted(address)},`,
    `    api_key=os.environ["SIGNALBOX_TOKEN"],`,
    ")",
    "answer = client.messages.create(",
    `    model=${quoted(model)},`,
    "    max_tokens=1024,",
    `    messages=[${asks ? "" : `{"role": "user", "content": "Hi"}`}],`,
    ...(asks ? [`    extra_headers={"x-signalbox-vars": '${header}'},`] : []),
    ")",
    "print(answer.content[0].text)",
  ];
  const typescript = [
    `import Anthropic from "@anthropic-ai/sdk";`,
    "const client = new Anthropic({",
    `  baseURL: ${quoted(address)},`,
    "  apiKey: process.env.SIGNALBOX_TOKEN,",
    "});",
    `const answer = await client.messages.create({`,
    `  model: ${quoted(model)},`,
    "  max_tokens: 1024,",
    `  messages: [${asks ? "" : `{ role: "user", content: "Hi" }`}],`,
    asks ? `}, { headers: { "x-signalbox-vars": '${header}' } });` : "});",
    "console.log(answer.content);",
  ];
  const messages = asks ? "[]" : `[{"role": "user", "content": "Hi"}]`;
  const curl = [
    `curl ${address}/v1/messages \\`,
    `  -H "x-api-key: $SIGNALBOX_TOKEN" \\`,
    `  -H "anthropic-version: 2023-06-01" \\`,
    `  -H "Content-Type: application/json" \\`,
    ...(asks ? [`  -H '${shell(`x-signalbox-vars: ${header}`)}' \\`] : []),
    `  -d '${shell(`{"model": ${quoted(model)}, "max_tokens": 1024,\n "messages": ${messages}}`)}'`,
  ];
  return [python, typescript, curl].map((lines) => lines.join("\n"));
}

/** A piece of code as it is coloured. */
export interface Piece {
  kind: "word" | "text" | "plain";
  text: string;
}

const WORDS = /^(?:import|from|const|new|await|print)$/;

/** Strings and the words of the language, for colours. Nothing is lost: the pieces together are the text. */
export function pieces(text: string): Piece[] {
  return (text.match(/"(?:[^"\\\n]|\\.)*"|'[^']*'|\w+|[^\w"']+|["']/g) ?? []).map((piece) => {
    if (WORDS.test(piece)) return { kind: "word", text: piece };
    const string = piece.length > 1 && (piece.startsWith('"') || piece.startsWith("'"));
    return { kind: string ? "text" : "plain", text: piece };
  });
}
