import type { Prompt } from "$lib/host/index.ts";
import type { SelectItem } from "$lib/components/menu.ts";
import { labelsOf } from "../editor/names.ts";
import { textKey, type TextChoice } from "./config.ts";

/** What a pane can run of a prompt: the draft, what a label points to, or a version. */
export function textItems(prompt: Prompt | undefined, hasDraft: boolean, chosen: TextChoice): SelectItem[] {
  const versions = [...(prompt?.versions ?? [])].sort((a, b) => b.number - a.number);
  const latest = versions[0]?.number ?? 0;
  const items: SelectItem[] = [];
  if (hasDraft || chosen.kind === "draft") {
    items.push({ value: "draft", label: `draft of ${latest + 1}`, ...(hasDraft ? {} : { note: "thrown away" }) });
  }
  for (const { label, version } of prompt?.summary.labels ?? []) {
    items.push({ value: `label:${label}`, label, note: `now ${version}`, group: "Labels" });
  }
  for (const { number, message } of versions) {
    const labels = labelsOf(prompt, number).join(", ");
    items.push({
      value: String(number),
      label: String(number),
      note: [labels, message].filter(Boolean).join(", "),
      group: "Versions",
    });
  }
  // A version that isn't there any more is still what was chosen.
  const key = textKey(chosen);
  if (!items.some((item) => item.value === key))
    items.push({ value: key, label: key.replace("label:", ""), note: "not there" });
  return items;
}

/** A choice in words: `version 3`, `the draft`, `production`. */
export function textName(prompt: Prompt | undefined, text: TextChoice): string {
  if (text.kind === "draft") return "the draft";
  if (text.kind === "version") return `version ${text.number}`;
  const version = prompt?.summary.labels.find((label) => label.label === text.label)?.version;
  return version === undefined ? text.label : `${text.label} (${version})`;
}
