import type { LabelChange, LabelPointer, Prompt } from "$lib/host/index.ts";

/** Where a label of a prompt points; nothing when it isn't there. */
export function pointerOf(prompt: Prompt | undefined, label: string): LabelPointer | undefined {
  return prompt?.summary.labels.find((one) => one.label === label);
}

/**
 * The version that a label goes back to, by its changes, newest first. Every move back is taken as what it is, so that
 * going back again goes one more step back. The core decides; this is what it is going to do.
 */
export function pointedBefore(changes: readonly LabelChange[], label: string): number | undefined {
  const stack: (number | null)[] = [];
  const put = (target: number | null) => {
    if (stack.length === 0 || stack[stack.length - 1] !== target) stack.push(target);
  };
  for (const change of [...changes].reverse()) {
    if (change.label !== label) continue;
    if (change.event === "moved") {
      put(change.from);
      stack.push(change.to);
    } else if (change.event === "back") {
      stack.pop();
      put(change.to);
    }
  }
  const now = stack.pop();
  return stack.findLast((target) => target !== now) ?? undefined;
}

/** What a change did to its label: `14 → 15`, `back to 14`, `removed from 3`, `protected`. */
export function changeWords(change: LabelChange): string {
  switch (change.event) {
    case "protected":
      return "is protected";
    case "unprotected":
      return "moves freely again";
    case "back":
      return `back from ${change.from ?? "nowhere"} to ${change.to ?? "nowhere"}`;
    case "moved":
      if (change.to === null) return `removed from ${change.from ?? "nowhere"}`;
      return change.from === null ? `set to ${change.to}` : `moved from ${change.from} to ${change.to}`;
  }
}

/** Who changed a label. What a hand or git did to a file carries no name. */
export function changedBy(change: LabelChange): string {
  return change.by || (change.at === null ? "in the file" : "");
}
