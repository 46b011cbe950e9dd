import { remember } from "../editor/memory.ts";
import { freeName } from "../editor/merge.ts";
import { copyText } from "$lib/components/copy.ts";
import { clockTime } from "$lib/format/time.ts";
import { call as ask, host, type CallDetail, type FileSaved } from "$lib/host/index.ts";
import { plural } from "$lib/format/numbers.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { toFilter, type Search } from "./filter.ts";

/** Sends a call again and gives the identifier of the new one. */
export async function replayCall(id: string): Promise<string> {
  return (await ask("call_replay", { call: id })).call;
}

/** Puts everything that is known of a call on the clipboard; false where the system refuses. */
export async function copyRecord(id: string): Promise<boolean> {
  return copyText(JSON.stringify(await ask("call_get", { call: id }), null, 2));
}

/**
 * Opens the prompt of a call with the values that it was rendered with. Values that none of the saved ones equals are
 * saved under the call's time, which can be undone.
 */
export async function openInEditor({ call, values, texts_removed }: CallDetail): Promise<void> {
  const prompt = call.prompt?.name;
  if (prompt === undefined) return;
  if (!texts_removed && Object.keys(values).length > 0) await chooseValues(prompt, values, call.started_at);
  router.go({ screen: "editor", prompt });
}

async function chooseValues(name: string, values: CallDetail["values"], at: string): Promise<void> {
  const { prompt } = await ask("prompt_get", { name });
  const same = prompt.values.find((one) => canonical(one.values) === canonical(values));
  if (same) {
    remember(name, { case: same.name });
    return;
  }
  const added = freeName(`call ${clockTime(at)}`, prompt.values);
  const saved = await ask("prompt_values", {
    name,
    values: [...prompt.values, { name: added, values }],
    values_hash: prompt.values_hash,
  });
  remember(name, { case: added });
  toasts.show({
    text: "Saved the values of the call as",
    name: added,
    undo: () =>
      ask("prompt_values", {
        name,
        values: saved.values.filter((one) => one.name !== added),
        values_hash: saved.values_hash,
      }),
  });
}

/** A value as text in which the order of keys says nothing. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** Says where a file is, and lets its path be copied. */
function showSaved(saved: FileSaved, what: string): void {
  const leftOut = saved.left_out > 0 ? `; ${plural(saved.left_out, "call")} could not be read` : "";
  const copy = async () => {
    if (await copyText(saved.path)) toasts.show({ text: "Copied the path", name: saved.path });
  };
  toasts.show({
    text: `Saved ${what} as`,
    name: saved.path,
    rest: leftOut,
    action: { label: "Copy path", run: copy },
  });
}

/** Writes every call of a search into a file, as lines of JSON. */
export async function saveAll(search: Search): Promise<void> {
  const saved = await ask("calls_save", { filter: toFilter(search, new Date()) });
  showSaved(saved, plural(saved.calls, "call"));
}

/** Writes one call into a file. A browser keeps it among its downloads; the window lets the core write it. */
export async function saveCall(id: string): Promise<void> {
  const request = { call: id, format: { kind: "json" } } as const;
  if (host().kind !== "loopback") return showSaved(await ask("call_save", request), "the call");
  const { file, text } = await ask("call_export", request);
  download(file, text);
  toasts.show({ text: "Saved", name: file, rest: "in the folder of downloads" });
}

function download(file: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
