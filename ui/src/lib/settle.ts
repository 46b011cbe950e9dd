import { call, errorText, toApiError, type LabelChoice, type Settled } from "./host/index.ts";
import { library } from "./state/library.svelte.ts";
import { toasts } from "./state/toasts.svelte.ts";

/** True when a prompt couldn't be read because git could not merge its files. */
export function failedUnmerged(error: unknown): boolean {
  return error !== undefined && toApiError(error).code === "unmerged";
}

/** Keeps both sides of what git could not merge. Nothing is lost, so nothing is asked. */
export async function settlePrompt(name: string): Promise<void> {
  const { settled } = await call("prompt_settle", { name });
  await library.load();
  const [choice] = settled.labels;
  toasts.show({
    text: "Both sides are kept in",
    name,
    rest: settledWords(settled),
    // A label can only be at one place: the other side's choice is one press away.
    action: choice && {
      label: `Use ${choice.theirs} for ${choice.label}`,
      run: () => takeTheirs(name, choice),
    },
  });
}

async function takeTheirs(name: string, { label, ours, theirs }: LabelChoice): Promise<void> {
  const move = async (from: number, to: number) => {
    await call("prompt_label", { name, label, version: to, seen: from, confirmed: true });
    await library.load();
  };
  try {
    await move(ours, theirs);
    toasts.show({
      text: "Moved",
      name: label,
      rest: `from ${ours} to ${theirs}`,
      undo: () => move(theirs, ours),
    });
  } catch (error) {
    toasts.show({ text: `Not moved: ${errorText(error)}` });
  }
}

/** Which versions have other numbers now, and which labels the other side had elsewhere. */
export function settledWords({ renumbered, labels }: Settled): string | undefined {
  const parts = [
    ...renumbered.map(({ from, to }) => `the other version ${from} is ${to} now`),
    ...labels.map(({ label, ours, theirs }) => `${label} stays at ${ours}, the other side has it at ${theirs}`),
  ];
  return parts.length > 0 ? `: ${parts.join("; ")}` : undefined;
}
