/** How an answer is shown: by fields, as delivered, or as it was recorded. */
export type OutputView = "fields" | "text" | "raw";

/** The ways in which this answer can be shown. */
export function outputViews(hasFields: boolean): { value: OutputView; label: string; title: string }[] {
  const views: { value: OutputView; label: string; title: string }[] = [
    { value: "text", label: "Text", title: "The answer as delivered" },
    { value: "raw", label: "Raw", title: "The whole record: what was sent, what came, and every decision" },
  ];
  if (hasFields)
    views.unshift({ value: "fields", label: "Fields", title: "The answer's fields in the schema's order" });
  return views;
}

/** The chosen way where this answer has it; fields are shown as text where it has none. */
export function viewFor(chosen: OutputView, hasFields: boolean): OutputView {
  return chosen === "fields" && !hasFields ? "text" : chosen;
}
