import type {
  Call,
  CallStart,
  DiffOf,
  Event,
  IncludeRow,
  Item,
  LabelChange,
  Prompt,
  PromptDetail,
  SavedValues,
  Source,
  Vote,
} from "$lib/host/index.ts";
import { countWords } from "$lib/components/diff.ts";
import { ApiError } from "$lib/host/index.ts";
import { documentOf, lineDiff, previewOf, wordDiff } from "./fake_texts.ts";
import type { FakeHost } from "./fake_host.ts";
import { sampleCall, sampleUsage } from "./sample.ts";

/** A core in memory that can be worked with: prompts are edited and saved, calls stream. For looking, and for tests. */
export interface FakeCore {
  /** The text of each version, first to last. */
  versions: { source: Source; message: string; author: string; at: string }[];
  labels: Record<string, number>;
  protected: Set<string>;
  /** What is wrong with the prompt, as the list says it. */
  problem: string | null;
  /** What became of the labels, newest first. */
  labelChanges: LabelChange[];
  draft: { source: Source; base: number; saved_at: string } | null;
  values: SavedValues[];
  /** What the text includes, and what includes the prompt. */
  includes: IncludeRow[];
  includedBy: string[];
  /** The items of the prompt's data set. */
  items: Item[];
  calls: Map<string, { call: Call; answer: string; values: CallStart["values"] }>;
  votes: Vote[];
  /** What the next calls answer, in turn. */
  answers: string[];
  /** Milliseconds between two pieces; 0 for all at once. */
  pace: number;
  /** The way in which the next call ends, when not well. */
  fault: Partial<Call> | undefined;
}

const NAME = "support/reply";

const HEAD = `description: Answers a customer's mail from the facts that are given
model:
  options:
    temperature: 0.2
    max_tokens: 400
inputs:
  - name: shop
    kind: object
  - name: policy
    kind: list
  - name: customer
    kind: object
  - name: orders
    kind: list
  - name: message
    kind: string
    description: The mail as it came
outputs:
  - name: category
    kind: string
  - name: priority
    kind: string
  - name: reply
    kind: string
    required: true
  - name: needs_human
    kind: boolean
`;

const BODY = `system:
You answer customer mail for {{ shop.name }}.
Write as one person to another. Say sorry once.

{# The model must not invent dates or amounts. #}
Facts you may rely on:
{% for rule in policy %}
- {{ rule.text }}
{% endfor %}

user:
From: {{ customer.name }}
Writes in: {{ customer.locale }}
{% if orders %}
Orders:
{% for order in orders %}
- {{ order.id }} {{ order.item }}, {{ order.state }}
{% endfor %}
{% endif %}
Message:
{{ message }}
`;

const FIRST = BODY.replace("customer mail for", "emails from customers of")
  .replace("{# The model must not invent dates or amounts. #}\n", "")
  .replace("Facts you may rely on:", "Apologise for the inconvenience. Our policy:");

export const ANSWER = `{"category": "late_parcel", "priority": "high", "reply": "Hi Maya,\\n\\nI am sorry: your Trail 30 should have reached you on 14 November, and the carrier has not scanned it since the 12th. As it is now five working days late, we treat it as lost.\\n\\nWould you like us to send a new one, or to give your money back?", "needs_human": false}`;

const REPLIES = [
  "Dear Maya,\n\nWe sincerely apologise for the inconvenience caused by the delay of your order H-20418, and we apologise that nobody was available on the phone.\n\nYour Trail 30 rucksack is in transit and was promised for 14 November. Please allow a few more days for the parcel to arrive.\n\nWe can not promise that it reaches you by Friday.\n\nKind regards,\nHarbour Outdoor",
  "Hi Maya,\n\nI am sorry for the delay of your order H-20418, and that nobody was available on the phone.\n\nYour Trail 30 rucksack was promised for 14 November, and the carrier has not scanned it since the 12th. As it is now five working days late, we treat it as lost.\n\nWould you like us to send a new one, or to give your money back? If you choose a new one before 15:00 today, it leaves by express at our cost.\n\nKind regards,\nAna, Harbour Outdoor",
];

const LATE = {
  shop: { name: "Harbour Outdoor" },
  policy: [
    { text: "A parcel five working days late counts as lost." },
    { text: "A lost parcel is sent again or refunded." },
  ],
  customer: { name: "Maya Lindqvist", locale: "en-GB" },
  orders: [{ id: "H-20418", item: "Trail 30 rucksack", state: "in transit", promised: "14 November" }],
  message:
    "My rucksack (H-20418) should have been here on the 14th. Tracking has not moved since the 12th and nobody answers the phone. I leave for the Fells on Friday. Either get it to me by then or give me my money back.",
};

/** Puts the answers of a working core into a host. */
export function fakeCore(host: FakeHost, change: Partial<FakeCore> = {}): FakeCore {
  const at = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const core: FakeCore = {
    versions: [
      { source: { head: HEAD, body: FIRST }, message: "Import from promptfoo", author: "Tom", at: at(40) },
      {
        source: { head: HEAD, body: FIRST.replace("Apologise for the inconvenience. ", "") },
        message: "List open orders before the message",
        author: "Ana",
        at: at(21),
      },
      {
        source: { head: HEAD, body: BODY.replace("Say sorry once.", "Say sorry.") },
        message: "Rely on facts, one apology",
        author: "Ana",
        at: at(2),
      },
    ],
    labels: { staging: 3, production: 2 },
    protected: new Set(),
    problem: null,
    labelChanges: [
      { label: "production", by: "Ana", at: at(20), event: "moved", from: 1, to: 2 },
      { label: "production", by: "Tom", at: at(39), event: "moved", from: null, to: 1 },
    ],
    draft: null,
    values: ["late parcel", "angry, all capitals", "refund after 90 days", "no orders", "German, informal"].map(
      (name, index): SavedValues => ({ name, values: index === 3 ? { ...LATE, orders: [] } : { ...LATE } }),
    ),
    includes: [],
    includedBy: [],
    items: [],
    calls: new Map(),
    votes: [],
    answers: [],
    pace: 20,
    fault: undefined,
    ...change,
  };
  const timers = new Map<string, ReturnType<typeof setInterval>>();

  const prompt = (): Prompt => ({
    summary: {
      name: NAME,
      latest: core.versions.length,
      labels: Object.entries(core.labels).map(([label, version]) => ({
        label,
        version,
        protected: core.protected.has(label),
      })),
      description: null,
      variables: [],
      changed_at: core.versions.at(-1)?.at ?? null,
      archived: false,
      problem: core.problem,
      unmerged: core.problem !== null,
    },
    versions: core.versions
      .map((version, index) => ({
        number: index + 1,
        hash: `b3:${index}`,
        message: version.message,
        author: version.author,
        at: version.at,
        parents: index > 0 ? [index] : [],
        labels: [],
        problem: null,
      }))
      .reverse(),
    values: core.values,
    values_hash: `b3:${JSON.stringify(core.values).length}`,
    values_problem: null,
  });
  const latest = (): Source => core.versions.at(-1)?.source ?? { head: "", body: "" };
  const textOf = (of: DiffOf): Source =>
    of.kind === "text" ? of.source : (core.versions[of.number - 1]?.source ?? { head: "", body: "" });

  host.answer("prompt_get", ({ name }): PromptDetail => {
    if (name !== NAME) throw new ApiError({ code: "not_found", message: `there is no prompt ${name}` });
    return { prompt: prompt(), draft: core.draft, latest: latest() };
  });
  host.answer("prompt_version", ({ number }) => ({
    name: NAME,
    info: prompt().versions.find((version) => version.number === number) as Prompt["versions"][number],
    source: core.versions[number - 1]?.source ?? latest(),
    document: documentOf(),
    problem: null,
  }));
  host.answer("prompt_preview", ({ source, values }) => previewOf(source, values));
  host.answer("draft_save", ({ source, base }) => {
    core.draft = { source, base, saved_at: new Date().toISOString() };
    return { at: core.draft.saved_at };
  });
  host.answer("draft_discard", () => {
    const { draft } = core;
    core.draft = null;
    return { draft };
  });
  host.answer("prompt_save", ({ source, message }) => {
    const unchanged = JSON.stringify(latest()) === JSON.stringify(source);
    if (!unchanged) core.versions.push({ source, message, author: "Ana", at: new Date().toISOString() });
    core.draft = null;
    setTimeout(() => host.send([{ kind: "prompts", names: [NAME] }]), 0);
    return { prompt: prompt(), number: core.versions.length, unchanged };
  });
  const point = (label: string, to: number | null, event: "moved" | "back", confirmed = false) => {
    const from = core.labels[label] ?? null;
    if (core.protected.has(label) && from !== null && !confirmed) {
      throw new ApiError({ code: "protected", message: `the label ${label} is protected` });
    }
    if (to === null) delete core.labels[label];
    else core.labels[label] = to;
    core.labelChanges = [{ label, by: "Ana", at: new Date().toISOString(), event, from, to }, ...core.labelChanges];
    return { label, from, to };
  };
  host.answer("prompt_label", ({ label, version, seen, confirmed }) => {
    if (seen != null && (core.labels[label] ?? 0) !== seen) {
      throw new ApiError({ code: "conflict", message: `the label ${label} points elsewhere by now` });
    }
    point(label, version, "moved", confirmed);
    return prompt();
  });
  host.answer("label_back", ({ label, seen, confirmed }) => {
    if (seen != null && (core.labels[label] ?? 0) !== seen) {
      throw new ApiError({ code: "conflict", message: `the label ${label} points elsewhere by now` });
    }
    const before = core.labelChanges.find((change) => change.label === label && change.event === "moved");
    const to = before?.event === "moved" ? before.from : null;
    const moved = point(label, to, "back", confirmed);
    return { prompt: prompt(), moved };
  });
  host.answer("label_protect", ({ label, protected: on }) => {
    if (on) core.protected.add(label);
    else core.protected.delete(label);
    return prompt();
  });
  host.answer("prompt_settle", () => {
    core.problem = null;
    return { prompt: prompt(), settled: { renumbered: [{ from: 3, to: 4 }], labels: [] } };
  });
  host.answer("prompt_includes", () => ({ includes: core.includes, included_by: core.includedBy }));
  host.answer("item_save", ({ name, values, expected, case: of }) => {
    const item = {
      id: `item-${core.items.length + 1}`,
      values,
      ...(of ? { case: of } : {}),
      ...(expected ? { expected } : {}),
    };
    core.items.push(item);
    return { item, file: `datasets/${name}.jsonl`, unchanged: false };
  });
  host.answer("item_remove", ({ id }) => {
    core.items = core.items.filter((one) => one.id !== id);
    return { removed: true };
  });
  host.answer("label_history", () => ({ changes: core.labelChanges }));
  host.answer("prompt_values", ({ values }) => {
    core.values = values;
    return prompt();
  });
  host.answer("prompt_diff", ({ left, right, what, values }) => {
    const text = (of: DiffOf) => {
      const source = textOf(of);
      if (what === "head") return source.head;
      if (what === "template") return source.body;
      return (previewOf(source, values).rendered?.messages ?? [])
        .map((message) => `${message.role}:\n${message.segments.map((segment) => segment.text).join("")}`)
        .join("\n");
    };
    const rows = lineDiff(text(left), text(right));
    const { added, removed } = countWords(rows);
    return { diff: { rows, inserted_words: added, deleted_words: removed } };
  });
  host.answer("text_diff", ({ before, after }) => ({ spans: wordDiff(before, after) }));
  host.answer("target_list", () => ({
    routes: [{ name: "support-default", generate: ["gpt-5-mini", "claude-haiku-4.5"], simulated: false }],
    models: [
      { name: "gpt-5-mini", provider: "openai", simulated: false },
      { name: "claude-haiku-4.5", provider: "anthropic", simulated: false },
      { name: "smollm2", provider: "llamacpp", simulated: false },
      { name: "simulated", provider: "simulated", simulated: true },
    ],
  }));

  let answered = 0;
  host.answer("call_start", (request) => {
    const answer =
      core.answers.shift() ??
      (core.answers.length === 0 && request.text.kind === "draft" ? ANSWER : REPLIES[answered++ % 2]) ??
      ANSWER;
    return { call: stream(request, answer) };
  });
  host.answer("call_cancel", ({ call: id }) => {
    const entry = core.calls.get(id);
    clearInterval(timers.get(id));
    if (entry?.call.status === "running") end(id, { status: "cancelled", finish: null });
    return { calls: [id] };
  });
  host.answer("call_get", ({ call: id }) => {
    const entry = core.calls.get(id);
    if (!entry) throw new ApiError({ code: "not_found", message: "there is no such call" });
    return {
      call: entry.call,
      messages: [],
      values: entry.values,
      answer: entry.answer,
      written: [],
      reply: null,
      decisions: [],
      texts_removed: false,
      at: new Date().toISOString(),
    };
  });
  host.answer("call_list", () => ({
    calls: [...core.calls.values()].map((entry) => entry.call).reverse(),
    older: null,
    newer: null,
    total: null,
    unreadable: 0,
  }));
  host.answer("vote_list", () => ({ votes: core.votes }));
  host.answer("vote_cast", (cast) => {
    const vote: Vote = { id: `vote-${core.votes.length + 1}`, at: new Date().toISOString(), ...cast };
    core.votes = [vote, ...core.votes];
    return vote;
  });
  host.answer("vote_undo", ({ vote }) => {
    core.votes = core.votes.filter((one) => one.id !== vote);
    return { votes: core.votes };
  });

  function put(id: string, change: Partial<Call>, more: Event[] = []) {
    const entry = core.calls.get(id);
    if (!entry) return;
    entry.call = { ...entry.call, ...change };
    host.send([{ kind: "call", call: entry.call }, ...more]);
  }

  function end(id: string, change: Partial<Call> = {}) {
    const entry = core.calls.get(id);
    if (!entry) return;
    const total = Math.max(1, Date.now() - Date.parse(entry.call.started_at));
    const usage = sampleUsage(493, Math.round(entry.answer.length / 4));
    const refused = change.status === "refused";
    put(id, {
      status: "done",
      finish: "stop",
      total_ms: total,
      usage: refused ? null : usage,
      settlement: {
        amount: refused ? 0 : usage.input * 250 + usage.output * 2_000,
        kind: "exact",
        doubtful: 0,
        over: 0,
      },
      attempts: entry.call.attempts.map((attempt) => ({
        ...attempt,
        total_ms: total,
        usage,
        ...(change.status === "failed" && change.failure
          ? { state: "failed" as const, failure: change.failure }
          : change.status === "cancelled"
            ? { state: "cancelled" as const }
            : { state: "complete" as const, finish: "stop" as const }),
      })) as Call["attempts"],
      ...change,
    });
  }

  function stream({ text, target, values }: CallStart, answer: string): string {
    const simulated = target.name === "simulated";
    const model = target.by === "model" ? target.name : "gpt-5-mini";
    const call = sampleCall({
      status: "running",
      prompt: { name: NAME, version: text.kind === "version" ? text.number : null, hash: "b3:1" },
      target,
      served: { provider: "openai", model, reported: model, tier: "standard" },
      simulated,
      started_at: new Date().toISOString(),
      first_token_ms: null,
      total_ms: null,
      usage: null,
      settlement: null,
      finish: null,
      badge: {
        state: "unverified",
        reason: simulated ? "simulated answers are never judged" : "no judge is configured",
      },
    });
    call.attempts = [
      {
        number: 1,
        provider: "openai",
        model,
        reason: "first",
        key: null,
        waited_ms: 0,
        started_at: call.started_at,
        first_token_ms: null,
        total_ms: null,
        request_hash: "b3:1",
        usage: null,
        cost: null,
        state: "waiting",
      } as Call["attempts"][number],
    ];
    core.calls.set(call.id, { call, answer: "", values });
    setTimeout(() => host.send([{ kind: "call", call }]), 0);
    const fault = core.fault;
    core.fault = undefined;
    if (fault?.status === "refused") {
      call.attempts = [];
      setTimeout(() => end(call.id, fault), 1);
      return call.id;
    }
    const pieces = core.pace === 0 ? [answer] : (answer.match(/\s*\S+/g) ?? [answer]);
    let sent = 0;
    const step = () => {
      const entry = core.calls.get(call.id);
      const piece = pieces[sent];
      if (!entry) return;
      if (piece === undefined || (fault && sent === Math.ceil(pieces.length / 2))) {
        clearInterval(timers.get(call.id));
        end(call.id, fault);
        return;
      }
      const start = entry.answer.length;
      entry.answer += piece;
      sent += 1;
      const delta: Event = { kind: "delta", call: call.id, start, text: piece };
      if (sent > 1) host.send([delta]);
      else {
        const first = Math.max(1, Date.now() - Date.parse(call.started_at));
        const attempts = entry.call.attempts.map((one) => ({
          ...one,
          state: "streaming" as const,
          first_token_ms: first,
        }));
        put(call.id, { first_token_ms: first, attempts: attempts as Call["attempts"] }, [delta]);
      }
    };
    timers.set(call.id, setInterval(step, core.pace));
    return call.id;
  }

  return core;
}
