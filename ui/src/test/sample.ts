import type {
  AppInfo,
  AppToken,
  Attempt,
  BackupList,
  BudgetCourse,
  BudgetList,
  BudgetPreview,
  BudgetRow,
  Call,
  CallDetail,
  CallFacets,
  Decision,
  DrillList,
  EndpointState,
  GatewayState,
  ModelRow,
  PromptDetail,
  PromptRow,
  ProviderList,
  ProviderRow,
  TokenList,
  Usage,
  UsageBy,
  UsageReport,
} from "$lib/host/index.ts";

/** The moment at which all samples are. */
export const NOW = "2026-11-22T14:06:31.402Z";

const before = (milliseconds: number) => new Date(Date.parse(NOW) - milliseconds).toISOString();
const DAY = 86_400_000;

export const dollars = (amount: number) => Math.round(amount * 1_000_000_000);

export function appInfo(change: Partial<AppInfo> = {}): AppInfo {
  return {
    version: "0.1.0",
    workspace: {
      name: "harbour-support",
      root: "/home/ana/harbour-support",
      branch: "main",
      problems: [],
      time_zone: "Europe/London",
    },
    home: "/home/ana/.local/share/signalbox",
    logs: "/home/ana/.local/state/signalbox/log",
    prices: { taken: "2026-11-03", age_days: 19, origin: "the providers' price pages" },
    keychain: { state: "open", name: "GNOME Keyring" },
    interrupted: 0,
    first_start: false,
    platform: "linux",
    ...change,
  };
}

export function endpointState(change: Partial<EndpointState> = {}): EndpointState {
  return {
    available: true,
    on: true,
    port: 4141,
    address: "http://127.0.0.1:4141",
    error: null,
    free_port: null,
    running: 0,
    ...change,
  };
}

export function appToken(change: Partial<AppToken> = {}): AppToken {
  return {
    id: "00c3a19be4",
    name: "crm-prod",
    user: null,
    org: null,
    project: "support",
    limits: { requests_per_minute: null, concurrent: null },
    created_at: before(40 * DAY),
    last_used_at: before(60_000),
    revoked_at: null,
    ...change,
  };
}

export function tokenList(): TokenList {
  return {
    tokens: [
      appToken({ id: "a1", name: "ana-notebook", project: "search", user: "ana", last_used_at: before(5 * 3_600_000) }),
      appToken({ id: "a2", limits: { requests_per_minute: 600, concurrent: 16 } }),
      appToken({ id: "a3", name: "helpdesk", limits: { requests_per_minute: 60, concurrent: null } }),
      appToken({ id: "a4", name: "nightly-eval", org: "harbour", user: "night-batch", last_used_at: before(DAY) }),
      appToken({ id: "a5", name: "old-importer", revoked_at: before(2 * DAY) }),
    ],
  };
}

export function backupList(): BackupList {
  return {
    folder: "/home/ana/.local/share/signalbox/backups",
    backups: [{ name: "state-2026-11-22T03-00-00-000Z.db", at: before(11 * 3_600_000), bytes: 311_000_000 }],
    database_bytes: 1_412_000_000,
    log_bytes: 12_300_000,
  };
}

export function promptRow(name: string, change: Partial<PromptRow> = {}): PromptRow {
  return {
    name,
    latest: 3,
    labels: [{ label: "production", version: 2 }],
    changed_at: before(5 * DAY),
    archived: false,
    description: "Answers a customer's mail from the facts that are given",
    variables: ["shop", "customer", "policy", "message"],
    problem: null,
    unmerged: false,
    draft_at: null,
    last_badge: { state: "unverified", reason: "no judge is configured" },
    last_simulated: false,
    spent_today: 0,
    ...change,
  };
}

export const PROMPTS: PromptRow[] = [
  promptRow("support/reply", {
    latest: 17,
    labels: [
      { label: "staging", version: 17 },
      { label: "production", version: 14 },
    ],
    draft_at: before(30_000),
    spent_today: dollars(18.42),
  }),
  promptRow("support/triage", { spent_today: dollars(1.06) }),
  promptRow("support/summary", { last_badge: null, draft_at: before(7_200_000) }),
  promptRow("extract/invoice", { spent_today: dollars(5.21), last_simulated: true }),
  promptRow("extract/address", {}),
  promptRow("search/answer", { last_badge: { state: "failed" } }),
  promptRow("search/rewrite", { spent_today: dollars(0.18) }),
  promptRow("tone", { last_badge: { state: "verified" } }),
];

export const BODY = `system:
You answer customer mail for {{ shop.name }}.
Write as one person to another. Say sorry once.

{# The model must not invent dates or amounts. #}
Facts you may rely on:
{% for rule in policy %}
- {{ rule.text }}
{% endfor %}

user:
From: {{ customer.name }}
{{ message }}
`;

const HASH = "b3:9f2c41ab00000000000000000000000000000000000000000000000000000000";

export function promptDetail(name: string, change: Partial<PromptDetail> = {}): PromptDetail {
  const {
    name: _,
    draft_at: _draft,
    last_badge: _badge,
    last_simulated: _simulated,
    spent_today: _spent,
    ...summary
  } = PROMPTS.find((prompt) => prompt.name === name) ?? promptRow(name);
  return {
    prompt: {
      summary: { name, ...summary },
      versions: [3, 2, 1].map((number) => ({
        number,
        hash: HASH,
        message: ["First draft", "Say sorry once", "Rely on facts"][number - 1] ?? "",
        author: "Ana",
        at: before((4 - number) * 5 * DAY),
        parents: number > 1 ? [number - 1] : [],
        labels: number === 2 ? ["production"] : [],
        problem: null,
      })),
      values: [{ name: "late parcel", values: { message: "Where is my rucksack?" } }],
      values_hash: null,
      values_problem: null,
    },
    draft: null,
    latest: { head: "description: Answers a customer's mail\n", body: BODY },
    ...change,
  };
}

export function budgetRow(change: Partial<BudgetRow> = {}): BudgetRow {
  return {
    name: "today",
    covers: "project:*",
    scope: "project:support",
    period: "day",
    unit: "dollars",
    limit: dollars(40),
    warn_at: 0.8,
    degrade_at: 0.9,
    degrade: [],
    unknown_price: null,
    settled: dollars(18.42),
    held: dollars(0.86),
    left: dollars(20.72),
    refused: 0,
    resets_at: "2026-11-23T00:00:00Z",
    forecast: null,
    accounts: [],
    account_count: 1,
    ...change,
  };
}

/** Some budgets in the states that a person sees: on course, going over, stepped down, stopped. */
export function someBudgets(): BudgetRow[] {
  const end = "2026-12-01T00:00:00Z";
  const month = { period: "month", resets_at: end } as const;
  const cheaper = { degrade: ["cheaper_tier", "clamp_output", "cache_first"], degrade_at: 0.85, warn_at: 0.7 };
  const standing = (limit: number, settled: number, held: number) => ({
    limit: dollars(limit),
    settled: dollars(settled),
    held: dollars(held),
    left: Math.max(0, dollars(limit) - dollars(settled) - dollars(held)),
  });
  const forecast = (low: number, expected: number, high: number) => ({
    forecast: { expected: dollars(expected), low: dollars(low), high: dollars(high), days: 21 },
  });
  return [
    budgetRow({
      name: "support-month",
      covers: "project:support",
      ...month,
      ...cheaper,
      ...standing(420, 301.44, 3.02),
      ...forecast(408, 438, 470),
    }),
    budgetRow({
      name: "house",
      covers: "org:*",
      scope: "org:Harbour Outdoor",
      ...month,
      ...cheaper,
      ...standing(600, 388.2, 4.1),
      ...forecast(530, 561, 590),
    }),
    budgetRow({
      name: "reply",
      covers: "prompt:support/reply",
      scope: "prompt:support/reply",
      ...forecast(31, 36, 39),
    }),
    budgetRow({
      name: "invoices",
      covers: "prompt:extract/invoice",
      scope: "prompt:extract/invoice",
      ...cheaper,
      ...standing(6, 5.21, 0.21),
    }),
    budgetRow({
      name: "apps",
      covers: "token:*",
      scope: "token:helpdesk",
      ...standing(10, 10, 0),
      refused: 38,
      account_count: 3,
    }),
    budgetRow({
      name: "each-user-week",
      covers: "user:*",
      scope: "user:ana",
      period: "week",
      unit: "tokens",
      limit: 2_000_000,
      settled: 640_000,
      held: 5_000,
      left: 1_355_000,
      account_count: 12,
    }),
    budgetRow({
      name: "trial",
      covers: "org:*",
      scope: "org:Harbour Outdoor",
      period: "total",
      unit: "requests",
      limit: 50_000,
      settled: 41_208,
      held: 3,
      left: 8_789,
      resets_at: null,
    }),
  ];
}

const SPENT = [3, 5, 4, 8, 2, 1, 6, 9, 8, 11, 7, 2, 3, 9, 12, 10, 13, 9, 4, 6, 18.42];

export function budgetList(budgets: BudgetRow[] = [budgetRow()]): BudgetList {
  return {
    budgets,
    days: SPENT.map((amount, index) => ({
      day: new Date(Date.parse(NOW) - (SPENT.length - 1 - index) * DAY).toISOString().slice(0, 10),
      spent: dollars(amount),
    })),
    trends: budgets.map(({ name }) => ({ name, days: SPENT.map(dollars) })),
    told: [
      { at: before(60_000), budget: "apps", account: "token:helpdesk", level: "stop", refused: 38 },
      { at: before(1_600_000), budget: "invoices", account: "prompt:extract/invoice", level: "degrade", refused: 0 },
      { at: before(17_000_000), budget: "support-month", account: "project:support", level: "warn", refused: 0 },
    ],
  };
}

/** How a budget got to where it stands: in even steps up to now. */
export function budgetCourse(budget: BudgetRow = budgetRow()): BudgetCourse {
  const length = { day: DAY, week: 7 * DAY, month: 30 * DAY }[budget.period] ?? 60 * DAY;
  const [now, end] = [Date.parse(NOW), budget.resets_at === null ? Date.parse(NOW) : Date.parse(budget.resets_at)];
  const from = end - length;
  const points = Array.from({ length: 21 }, (_, index) => ({
    at: new Date(from + ((now - from) * index) / 20).toISOString(),
    settled: Math.round(budget.settled * (index / 20) ** 1.2),
  }));
  return { name: budget.name, account: budget.scope, from: new Date(from).toISOString(), to: budget.resets_at, points };
}

/** Who spent what. */
export function usageReport(by: UsageBy, account: string | null = null): UsageReport {
  const names: Record<UsageBy, string[]> = {
    prompt: ["support/reply", "support/summary", "support/triage", "judge/support-rubric", "support/refund-check"],
    model: ["gpt-5-mini", "claude-haiku-4.5"],
    user: ["ana", "tom", "lea", "max", "ida", "jon", "eva", "ben", "zoe"],
    org: ["Harbour Outdoor"],
    project: ["support", "search"],
    token: ["crm-prod", "helpdesk"],
    day: ["2026-11-20", "2026-11-21", "2026-11-22"],
  };
  const amounts = [194.02, 47.3, 28.06, 17.85, 10.11, 3.02, 1.08, 0.5, 0.2];
  const used = (index: number) => ({ money: dollars(amounts[index] ?? 0), tokens: 900 - index, requests: 30 - index });
  const rows = names[by].map((name, index) => ({ name, used: used(index) }));
  const total = rows.reduce((sum, row) => sum + row.used.money, 0);
  return {
    by,
    account,
    rows,
    total: { money: total, tokens: 900, requests: 30 },
    from: "2026-11-01T00:00:00Z",
    to: "2026-11-23T00:00:00Z",
  };
}

export function budgetPreview(change: Partial<BudgetPreview> = {}): BudgetPreview {
  return {
    calls: 300,
    refused: 12,
    degraded: 30,
    accounts: 1,
    first: before(2 * DAY),
    spared: dollars(3.1),
    text: "would have refused 12 of 300 calls last week, degraded 30",
    ...change,
  };
}

export function modelRow(name: string, change: Partial<ModelRow> = {}): ModelRow {
  return {
    name,
    id: name,
    tier: "standard",
    family: "gpt",
    price: {
      input: dollars(0.25),
      cached_input: dollars(0.025),
      cache_write: dollars(0.25),
      cache_write_1h: dollars(0.25),
      output: dollars(2),
      reasoning: dollars(2),
      steps: [],
    },
    price_from: "table",
    context_window: 400_000,
    max_output: 128_000,
    routes: ["default"],
    ...change,
  };
}

export function providerRow(name: string, change: Partial<ProviderRow> = {}): ProviderRow {
  return {
    name,
    kind: "openai-compatible",
    preset: null,
    base_url: "http://127.0.0.1:8080/v1",
    api: "chat",
    region: null,
    api_version: null,
    needs_key: false,
    key: null,
    keys: [],
    signal: "clear",
    word: "clear",
    detail: null,
    models: [],
    ...change,
  };
}

export function providerList(): ProviderList {
  return {
    providers: [
      providerRow("openai", {
        kind: "openai",
        base_url: "https://api.openai.com/v1",
        needs_key: true,
        key: { provider: "openai", last_four: "7Qx4", source: "keychain" },
        signal: "caution",
        word: "cooling down",
        detail: "gpt-5-mini, 429, back in 16 s",
        models: [
          modelRow("gpt-5", { tier: "complex" }),
          modelRow("gpt-5-mini", { price_from: "workspace" }),
          modelRow("gpt-5-nano", { tier: "simple" }),
          modelRow("ft:returns", { price: null, price_from: "unknown", routes: [] }),
        ],
      }),
      providerRow("llamacpp", {
        models: [modelRow("smollm2", { price_from: "local", context_window: 8192, max_output: null, family: "llama" })],
      }),
      providerRow("mistral", {
        signal: "dark",
        word: "no key",
        needs_key: true,
        base_url: "https://api.mistral.ai/v1",
      }),
      providerRow("simulated", {
        kind: "simulated",
        base_url: null,
        signal: "dark",
        word: "simulated only",
        models: [modelRow("simulated", { price_from: "local" })],
      }),
    ],
    keychain: { state: "open", name: "GNOME Keyring" },
  };
}

export function sampleUsage(input: number, output: number): Usage {
  return { input, cached_input: 0, cache_write: 0, cache_write_1h: 0, output, reasoning: 0 };
}

let made = 0;
const callId = () => `0199c0de-0000-7000-8000-${String(++made).padStart(12, "0")}`;

export function sampleCall(change: Partial<Call> = {}): Call {
  return {
    id: callId(),
    role: "generate",
    status: "done",
    prompt: { name: "support/reply", version: 14, hash: "b3:9f2c41ab00000000000000000000000000000000" },
    target: { by: "route", name: "default" },
    served: { provider: "openai", model: "gpt-5-mini", reported: "gpt-5-mini-2025-08-07", tier: "standard" },
    simulated: false,
    origin: { kind: "app" } as unknown as Call["origin"],
    caller: { user: null, org: null, project: null, token: null },
    degraded: false,
    degraded_reason: null,
    cache: null,
    started_at: NOW,
    first_token_ms: 380,
    total_ms: 3940,
    usage: sampleUsage(493, 188),
    held: dollars(0.0142),
    settlement: { amount: dollars(0.0031), kind: "exact", doubtful: 0, over: 0 },
    badge: { state: "unverified", reason: "no judge is configured" },
    finish: "stop",
    failure: null,
    attempts: [],
    reply_hash: null,
    answer_hash: "b3:c07e19d20000000000000000000000000000000000000000000000000000041fa",
    config_hash: "b3:5ac100000000000000000000000000000000000000000000000000000000090e7",
    ...change,
  };
}

/** The decisions of a call whose first candidate was rate limited. */
export function sampleDecisions(call: string): Decision[] {
  const rows: [number, Decision["stage"], Decision["cause"], Decision["signal"], number | null, string][] = [
    [0, "resolve", "label", "plain", null, "support/reply 14, hash 9f2c41ab"],
    [2, "render", "ok", "plain", null, "493 tokens, 5 values"],
    [3, "guard in", "not configured", "plain", null, "no guard is configured"],
    [4, "route", "chain", "plain", null, "default: gpt-5-mini, then claude-haiku-4.5"],
    [6, "hold", "held", "plain", null, "$0.0142 for the worst case of 3 attempts; $20.72 are left of $40.00"],
    [8, "cache", "not configured", "plain", null, "no cache is configured"],
    [20, "attempt", "sent", "plain", 1, "gpt-5-mini at openai"],
    [420, "attempt", "failed", "stop", 1, "429 rate limited. Retry-After 20 s, patience 5 s: next candidate"],
    [430, "attempt", "fallback", "caution", 2, "claude-haiku-4.5 takes over"],
    [1040, "attempt", "first token", "plain", 2, "after 0.61 s"],
    [3940, "attempt", "complete", "clear", 2, "188 tokens, ended with stop"],
    [3942, "badge", "unverified", "dark", null, "no judge is configured"],
    [3944, "settle", "exact", "plain", null, "$0.0031 of $0.0142 held; $0.0111 given back"],
    [3946, "record", "stored", "plain", null, "13 decisions"],
  ];
  return rows.map(([after, stage, cause, signal, attempt, detail], seq) => ({
    call,
    seq,
    at: new Date(Date.parse(NOW) + after).toISOString(),
    stage,
    cause,
    signal,
    attempt,
    detail,
    data: null,
  }));
}

/** The attempts of the same call. */
export function sampleAttempts(): Attempt[] {
  const at = (after: number) => new Date(Date.parse(NOW) + after).toISOString();
  const common = { key: null, waited_ms: 0, request_hash: HASH };
  return [
    {
      ...common,
      number: 1,
      provider: "openai",
      model: "gpt-5-mini",
      reason: "first",
      started_at: at(20),
      first_token_ms: null,
      total_ms: 400,
      usage: null,
      cost: 0,
      state: "failed",
      failure: {
        class: { kind: "rate_limited" },
        message: "the provider asks to wait",
        hint: null,
        status: 429,
        retry_after_ms: 20_000,
      },
    },
    {
      ...common,
      number: 2,
      provider: "anthropic",
      model: "claude-haiku-4.5",
      reason: "fallback",
      started_at: at(430),
      first_token_ms: 610,
      total_ms: 3_510,
      usage: sampleUsage(493, 188),
      cost: dollars(0.0031),
      state: "complete",
      finish: "stop",
    },
  ];
}

/** A gateway in which one model cools down for a while. */
export function gatewayState(change: Partial<GatewayState> = {}): GatewayState {
  const row = { role: "generate" as const, what: "candidate" as const, provider: "openai", probing: false };
  return {
    signals: [{ provider: "openai", signal: "caution", word: "cooling down", detail: null, at: NOW }],
    cool_downs: [
      {
        ...row,
        name: "gpt-5-mini",
        class: "rate limited",
        message: "the provider asks to wait",
        until: new Date(Date.now() + 20_000).toISOString(),
        strikes: 1,
      },
    ],
    alarm: null,
    ...change,
  };
}

export function drillList(): DrillList {
  return {
    drills: [
      {
        name: "rate-limit-storm",
        title: "Rate limit storm",
        shows:
          "The first candidate answers 429 with Retry-After; the call waits where it may, and falls back where not",
      },
      {
        name: "judge-down",
        title: "Judge down",
        shows: "Generator and judge fail together, and nothing is called verified",
      },
    ],
  };
}

export function callFacets(): CallFacets {
  return {
    prompts: ["extract/invoice", "support/reply", "support/triage"],
    routes: ["default"],
    models: ["claude-haiku-4.5", "gpt-5-mini", "simulated"],
    providers: ["anthropic", "openai", "simulated"],
    origins: ["app", "drill"],
    users: ["4471"],
    tokens: ["crm-prod"],
    errors: ["rate_limited", "timeout"],
  };
}

export function callDetail(call: Call): CallDetail {
  return {
    call,
    messages: [
      { role: "system", content: "You answer customer mail for Harbour Outdoor." },
      { role: "user", content: "From: Maya Lindqvist\nMy rucksack should have been here on the 14th." },
    ],
    values: { message: "My rucksack should have been here on the 14th." },
    answer:
      "Hi Maya,\n\nI am sorry: your Trail 30 rucksack should have reached you on 14 November. Would you like a new one, or your money back?",
    written: [],
    reply: null,
    decisions: sampleDecisions(call.id),
    texts_removed: false,
    at: NOW,
  };
}
