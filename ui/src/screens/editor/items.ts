import { call } from "$lib/host/index.ts";
import type { Run } from "$lib/state/runs.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { sameValue } from "./merge.ts";
import type { Opened } from "./opened.svelte.ts";

/**
 * The answer to these values: the one that is shown, when the model had said everything and it was made with them. What
 * was cut off, filtered or ended otherwise must not become what is wanted.
 */
export function answerTo(values: Record<string, unknown>, run: Run | undefined): string | null {
  if (run?.call?.status !== "done" || run.call.finish !== "stop" || run.text === "" || !run.detail) return null;
  return sameValue(run.detail.values, values) ? run.text : null;
}

/** Adds the values, with the answer that is shown as the wanted one, to the prompt's data set; undo takes it out. */
export async function saveItem(opened: Opened, run: Run | undefined): Promise<void> {
  const { name, cases } = opened;
  // What was read of the call while it ran is read again once it has ended; whoever is faster than that waits for it.
  if (run?.call?.status === "done" && run.detail?.call.status !== "done") await run.load();
  const expected = answerTo(cases.values, run);
  const { item, file, unchanged } = await call("item_save", {
    name,
    case: cases.chosen?.name ?? null,
    values: cases.values,
    expected,
  });
  toasts.show({
    text: unchanged ? "Already an item of" : "Saved as an item of",
    name: file,
    rest: expected === null ? "without a wanted answer" : "with this answer as the wanted one",
    undo: unchanged ? undefined : () => call("item_remove", { name, id: item.id }),
  });
}
