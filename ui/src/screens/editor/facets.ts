import type { DiffWhat } from "$lib/host/index.ts";

/** What of two texts can be compared, in the order in which it matters. */
export const FACETS: readonly { value: DiffWhat; label: string }[] = [
  { value: "template", label: "Template" },
  { value: "rendered", label: "Rendered" },
  { value: "parameters", label: "Parameters" },
  { value: "schema", label: "Schema" },
  { value: "head", label: "Front matter" },
];
