import type { Preset, ProviderKind } from "$lib/host/index.ts";
import type { Connection } from "./connect.ts";

/** A service that can be chosen, and what it must be told. */
export interface Service {
  id: string;
  label: string;
  group: string;
  kind: ProviderKind;
  preset?: Preset;
  api?: "responses";
  /** What its address looks like; a service without one has its own. */
  address?: string;
  region?: true;
  version?: true;
  /** What a key looks like; a service without one may have none. */
  key?: string;
}

const HOSTED = "Services";
const PRESETS = "Speak OpenAI's protocol";
const LOCAL = "On your own machines";

const preset = (id: Preset, label: string, key?: string): Service => ({
  id,
  label,
  group: key === undefined ? LOCAL : PRESETS,
  kind: "openai-compatible",
  preset: id,
  ...(key === undefined ? {} : { key }),
});

export const SERVICES: readonly Service[] = [
  { id: "openai", label: "OpenAI", group: HOSTED, kind: "openai", key: "sk-…" },
  {
    id: "openai-responses",
    label: "OpenAI, Responses API",
    group: HOSTED,
    kind: "openai",
    api: "responses",
    key: "sk-…",
  },
  { id: "anthropic", label: "Anthropic", group: HOSTED, kind: "anthropic", key: "sk-ant-…" },
  { id: "gemini", label: "Google Gemini", group: HOSTED, kind: "gemini", key: "AIza…" },
  {
    id: "azure",
    label: "Azure OpenAI",
    group: HOSTED,
    kind: "azure",
    address: "https://NAME.openai.azure.com",
    version: true,
    key: "Key of the resource",
  },
  {
    id: "bedrock",
    label: "AWS Bedrock",
    group: HOSTED,
    kind: "bedrock",
    region: true,
    key: "ID:SECRET, or a Bedrock API key",
  },
  preset("openrouter", "OpenRouter", "sk-or-…"),
  preset("groq", "Groq", "gsk_…"),
  preset("mistral", "Mistral", "Key"),
  preset("deepseek", "DeepSeek", "sk-…"),
  preset("xai", "xAI", "xai-…"),
  preset("together", "Together AI", "tgp_…"),
  preset("ollama", "Ollama"),
  preset("lm-studio", "LM Studio"),
  preset("llama-cpp", "llama.cpp"),
  preset("vllm", "vLLM"),
];

/** What is typed into the form. */
export interface Typed {
  name: string;
  address: string;
  region: string;
  version: string;
  key: string;
}

/** Whether enough is typed for a service to be asked. */
export function isReady(service: Service, typed: Typed): boolean {
  return (
    (service.address === undefined || typed.address.trim() !== "") &&
    (service.region === undefined || typed.region.trim() !== "") &&
    (service.key === undefined || typed.key.trim() !== "")
  );
}

/** The request that follows; what a service doesn't take isn't sent, whatever was typed for another before. */
export function connectionOf(service: Service, typed: Typed): Connection {
  return {
    name: typed.name,
    kind: service.kind,
    preset: service.preset,
    api: service.api,
    baseUrl: service.address === undefined ? undefined : typed.address,
    region: service.region ? typed.region : undefined,
    apiVersion: service.version ? typed.version : undefined,
    key: typed.key,
  };
}
