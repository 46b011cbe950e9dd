import { expect, test } from "vitest";
import { connectionOf, isReady, SERVICES, type Typed } from "./services.ts";

const NOTHING: Typed = { name: "", address: "", region: "", version: "", key: "" };
const find = (id: string) => SERVICES.find((one) => one.id === id)!;

test("a service is asked once all that it needs is typed", () => {
  const check = (id: string, typed: Partial<Typed>, ready: boolean) =>
    expect(isReady(find(id), { ...NOTHING, ...typed }), id).toBe(ready);
  check("openai", {}, false);
  check("openai", { key: "sk-1" }, true);
  check("ollama", {}, true);
  check("azure", { key: "k" }, false);
  check("azure", { key: "k", address: "https://n.openai.azure.com" }, true);
  check("bedrock", { key: "a:b" }, false);
  check("bedrock", { key: "a:b", region: "eu-central-1" }, true);
});

test("what was typed for another service isn't sent", () => {
  const typed = { ...NOTHING, address: "https://elsewhere", region: "eu-1", version: "v1", key: "k" };
  expect(connectionOf(find("anthropic"), typed)).toMatchObject({
    kind: "anthropic",
    baseUrl: undefined,
    region: undefined,
    apiVersion: undefined,
    key: "k",
  });
  expect(connectionOf(find("bedrock"), typed)).toMatchObject({ kind: "bedrock", region: "eu-1", baseUrl: undefined });
  expect(connectionOf(find("openai-responses"), typed)).toMatchObject({ kind: "openai", api: "responses" });
});

test("every service stands in the list once", () => {
  expect(new Set(SERVICES.map((one) => one.id)).size).toBe(SERVICES.length);
});
