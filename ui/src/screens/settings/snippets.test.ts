import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import ts from "typescript";
import { promptRow } from "../../test/sample.ts";
import { namable, pieces, snippets, variablesOf, type Wanted } from "./snippets.ts";

const ADDRESS = "http://127.0.0.1:4999";
const wanted: Wanted[] = [
  { model: "route:default", variables: [] },
  { model: "prompt:support/reply@production", variables: ["shop", "customer", "message"] },
  { model: 'odd "model"', variables: [] },
];
const every = wanted.flatMap((want) =>
  (["openai", "anthropic"] as const).flatMap((dialect) =>
    snippets(dialect, ADDRESS, want).map((snippet) => ({ dialect, want, ...snippet })),
  ),
);

/** What a shell would give to curl. */
function curlArguments(text: string): string[] {
  const script = text.replace(/^curl/, "printf '%s\\0'");
  const env = { SIGNALBOX_TOKEN: "sbx_id_secret", PATH: process.env.PATH ?? "" };
  return execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8" }).split("\0").slice(0, -1);
}

describe("snippets", () => {
  it("hold the real address and never a token", () => {
    for (const { text } of every) {
      expect(text).toContain(ADDRESS);
      expect(text).toContain("SIGNALBOX_TOKEN");
      expect(text).not.toContain("sbx_");
    }
  });

  it("are curl commands whose body is JSON that names the model and its variables", () => {
    for (const { dialect, want, text } of every.filter((one) => one.language === "curl")) {
      const args = curlArguments(text);
      const body = JSON.parse(args[args.indexOf("-d") + 1] ?? "") as Record<string, unknown>;
      expect(body.model).toBe(want.model);
      expect(Array.isArray(body.messages)).toBe(true);
      const key = dialect === "openai" ? "Authorization: Bearer sbx_id_secret" : "x-api-key: sbx_id_secret";
      expect(args).toContain(key);
      const header = args.find((one) => one.startsWith("x-signalbox-vars: "))?.slice("x-signalbox-vars: ".length);
      const vars = dialect === "openai" ? body.metadata : header && (JSON.parse(header) as unknown);
      expect(Object.keys((vars ?? {}) as object)).toEqual(want.variables);
    }
  });

  it("are TypeScript that can be read", () => {
    for (const { want, text } of every.filter((one) => one.language === "TypeScript")) {
      const { diagnostics } = ts.transpileModule(text, {
        reportDiagnostics: true,
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      expect(diagnostics).toEqual([]);
      expect(text).toContain(`model: ${JSON.stringify(want.model)}`);
    }
  });

  it("are coloured without losing a character", () => {
    for (const { text } of every) {
      expect(
        pieces(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
    expect(pieces('from openai import "x"').map((piece) => piece.kind)).toEqual([
      "word",
      "plain",
      "plain",
      "plain",
      "word",
      "plain",
      "text",
    ]);
  });
});

describe("what model may name", () => {
  const prompts = [promptRow("support/reply", { labels: [{ label: "production", version: 2 }] }), promptRow("a@b")];

  it("is every route, every label of a prompt and every model", () => {
    const items = namable(["default"], ["mini"], prompts).map((item) => item.value);
    expect(items).toEqual(["route:default", "prompt:support/reply@production", "prompt:a@b@production", "mini"]);
  });

  it("knows the variables of a prompt by its name", () => {
    expect(variablesOf("prompt:support/reply@production", prompts)).toEqual(prompts[0]?.variables);
    expect(variablesOf("route:default", prompts)).toEqual([]);
    expect(variablesOf("prompt:gone@production", prompts)).toEqual([]);
  });
});
