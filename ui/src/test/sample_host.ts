import type { BudgetRow, Call, CallFilter } from "$lib/host/index.ts";
import { fakeHost, type FakeHost } from "./fake_host.ts";
import * as sample from "./sample.ts";

/** A whole workspace in memory: enough for every screen to draw itself. */
export function sampleHost(budgets: BudgetRow[] = [sample.budgetRow()]): FakeHost {
  let prompts = sample.PROMPTS;
  let tokens = sample.tokenList().tokens;
  const values: Record<string, unknown> = {};
  const providers = sample.providerList();
  const calls = [
    sample.sampleCall({
      degraded: true,
      degraded_reason: "gpt-5-mini was rate limited, claude-haiku-4.5 answered",
      served: { provider: "anthropic", model: "claude-haiku-4.5", reported: "claude-haiku-4.5", tier: "standard" },
      attempts: sample.sampleAttempts(),
    }),
    sample.sampleCall({
      prompt: { name: "extract/invoice", version: 9, hash: "b3:1" },
      total_ms: 1220,
      badge: { state: "verified" },
    }),
    sample.sampleCall({
      simulated: true,
      served: { provider: "simulated", model: "simulated", reported: null, tier: "standard" },
    }),
    sample.sampleCall({ status: "refused", served: null, total_ms: 4, settlement: null }),
    sample.sampleCall({ status: "interrupted", total_ms: null }),
    sample.sampleCall({ status: "running", total_ms: null, settlement: null, finish: null }),
  ].reverse();
  const host = fakeHost({
    app_info: () => sample.appInfo(),
    session_get: () => ({ values }),
    session_set: ({ key, value }) => {
      values[key] = value;
      return { at: sample.NOW };
    },
    prompt_list: () => ({ prompts: prompts.filter((prompt) => !prompt.archived) }),
    prompt_archived: () => ({ prompts: prompts.filter((prompt) => prompt.archived) }),
    prompt_archive: ({ name, archived }) => {
      prompts = prompts.map((prompt) => (prompt.name === name ? { ...prompt, archived } : prompt));
      return sample.promptDetail(name).prompt;
    },
    prompt_search: () => ({ hits: [], more: false }),
    prompt_get: ({ name }) => sample.promptDetail(name),
    prompt_preview: () => ({
      diagnostics: [],
      document: {
        name: null,
        description: "Answers a customer's mail from the facts that are given",
        model: null,
        parameters: { temperature: null, top_p: null, max_tokens: 400, seed: null, stop: [], reasoning: null },
        other_parameters: {},
        inputs: ["shop", "customer", "policy", "message"].map((name) => ({
          name,
          kind: "any",
          description: null,
          default: null,
          required: false,
        })),
        output: { type: "object", properties: { category: {}, priority: {}, reply: {}, needs_human: {} } },
        tools: [],
        examples: [],
        includes: [],
      },
      rendered: null,
      problem: null,
      message_tokens: [],
      estimates: [],
    }),
    prompt_delete: ({ name }) => {
      prompts = prompts.filter((prompt) => prompt.name !== name);
      return { name, ticket: name };
    },
    prompt_restore: ({ ticket }) => {
      prompts = [...prompts, sample.promptRow(ticket)];
      return sample.promptDetail(ticket);
    },
    prompt_create: ({ name }) => {
      prompts = [...prompts, sample.promptRow(name)];
      return sample.promptDetail(name);
    },
    prompt_rename: ({ name, to }) => {
      prompts = prompts.map((prompt) => (prompt.name === name ? { ...prompt, name: to } : prompt));
      return sample.promptDetail(to);
    },
    target_list: () => ({ routes: [], models: [] }),
    call_list: ({ filter, count }) => {
      const found = calls.filter((one) => fits(one, filter));
      const total = count ? { count: found.length, more: false } : null;
      return { calls: found, older: null, newer: null, total, unreadable: 0 };
    },
    call_export: ({ call, format }) => ({
      file: `call-${call}.json`,
      text: format.kind === "json" ? JSON.stringify({ call }) : `curl --data ${call}`,
    }),
    call_get: ({ call }) => sample.callDetail(calls.find((one) => one.id === call) ?? sample.sampleCall({ id: call })),
    call_facets: () => sample.callFacets(),
    gateway_state: () => sample.gatewayState(),
    drill_list: () => sample.drillList(),
    call_cancel_all: () => ({ calls: [] }),
    endpoint_get: () => sample.endpointState(),
    endpoint_set: ({ on, port }) => {
      const at = port ?? 4141;
      return sample.endpointState({ on, port: at, address: on ? `http://127.0.0.1:${at}` : null });
    },
    token_list: () => ({ tokens }),
    token_create: ({ name, user, org, project, limits }) => {
      const token = sample.appToken({ id: "4f1c0a97e2", name, user, org, project, limits, last_used_at: null });
      tokens = [token, ...tokens];
      return { token, secret: `sbx_${token.id}_8KdWv3TnQyR6mB1uHsXo5ZjL7cPq2eFgAtYb` };
    },
    token_revoke: ({ id }) => {
      tokens = tokens.map((token) => (token.id === id ? { ...token, revoked_at: sample.NOW } : token));
      return { tokens };
    },
    backup_list: () => sample.backupList(),
    backup_make: () => sample.backupList(),
    budget_list: () => sample.budgetList(budgets),
    budget_course: ({ name }) => sample.budgetCourse(budgets.find((one) => one.name === name)),
    budget_usage: ({ by, account }) => sample.usageReport(by, account),
    budget_export: ({ by }) => ({ path: `/home/ana/exports/usage-by-${by}.csv`, text: "" }),
    budget_preview: () => sample.budgetPreview(),
    provider_list: () => providers,
    provider_discover: () => ({
      servers: [
        {
          kind: "ollama",
          name: "Ollama",
          base_url: "http://127.0.0.1:11434/v1",
          models: ["llama3.2:3b", "qwen3:8b"],
          running: true,
        },
        { kind: "lm-studio", name: "LM Studio", base_url: "http://127.0.0.1:1234/v1", models: [], running: false },
        {
          kind: "llama-cpp",
          name: "llama.cpp",
          base_url: "http://127.0.0.1:8080/v1",
          models: ["smollm2"],
          running: true,
        },
        { kind: "llama-cpp", name: "llama.cpp", base_url: "http://127.0.0.1:8081/v1", models: [], running: false },
      ],
    }),
  });
  return host;
}

/** Many prompts, for what must stay quick. */
export function manyPrompts(count: number) {
  return Array.from({ length: count }, (_, index) =>
    sample.promptRow(`team-${String(index % 40).padStart(2, "0")}/prompt-${String(index).padStart(4, "0")}`),
  );
}

/** The conditions that the tests ask for: words of the prompt's name, states and degraded answers. */
function fits(call: Call, filter: CallFilter | null | undefined): boolean {
  if (!filter) return true;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    words.every((word) => call.prompt?.name.includes(word)) &&
    (filter.badges.length === 0 || filter.badges.includes(call.badge.state)) &&
    (filter.statuses.length === 0 || filter.statuses.includes(call.status)) &&
    (!filter.degraded || call.degraded)
  );
}
