import { call } from "$lib/host/index.ts";
import { plural } from "$lib/format/numbers.ts";
import { library } from "$lib/state/library.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";

/** Makes a prompt, empty or as a copy, and opens it. Rejects with the host's reason when the name can't be used. */
export async function createPrompt(name: string, copyOf: string | null): Promise<void> {
  const made = await call("prompt_create", { name, copy_of: copyOf });
  await library.load();
  router.go({ screen: "editor", prompt: made.prompt.summary.name });
}

/** Renames a prompt; the way back is the undo of the toast. */
export async function renamePrompt(name: string, to: string): Promise<void> {
  await call("prompt_rename", { name, to });
  await library.load();
  toasts.show({
    text: "Renamed to",
    name: to,
    undo: async () => {
      await call("prompt_rename", { name: to, to: name });
      await library.load();
    },
  });
}

/** Deletes a prompt at once. No question: it can be brought back. */
export async function deletePrompt(name: string): Promise<void> {
  const versions = library.find(name)?.latest ?? 0;
  const { ticket } = await call("prompt_delete", { name });
  await library.load();
  toasts.show({
    text: "Deleted",
    name,
    rest: versions > 0 ? `and its ${plural(versions, "version")}` : undefined,
    undo: async () => {
      await call("prompt_restore", { ticket });
      await library.load();
    },
  });
}

/** Puts a prompt away, or takes it back. Whoever uses it doesn't notice; undo is the way back. */
export async function archivePrompt(name: string, archived: boolean): Promise<void> {
  const put = async (away: boolean) => {
    await call("prompt_archive", { name, archived: away });
    await library.load();
  };
  await put(archived);
  toasts.show({
    text: archived ? "Archived" : "Took back",
    name,
    rest: archived ? "which can still be used" : undefined,
    undo: () => put(!archived),
  });
}

/** A name for a copy that nobody has: `reply-copy`, `reply-copy-2`. */
export function copyName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? `${name}-copy` : `${name}-copy-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
