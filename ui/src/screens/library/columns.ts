/** Which columns fit, and the grid that head and rows share. Columns go from the right; the signal stays. */
export interface Columns {
  template: string;
  heads: { label: string; num?: boolean }[];
  edit: boolean;
  today: boolean;
}

/** The columns for a list of this width in pixels. */
export function columnsFor(width: number): Columns {
  const edit = width >= 640;
  const today = width >= 760;
  const name = width >= 760 ? "minmax(188px, 0.9fr)" : "minmax(140px, 1fr)";
  const pills = width >= 700 ? "minmax(200px, 1.3fr)" : "minmax(140px, 1fr)";
  return {
    template: [name, pills, "minmax(112px, 0.7fr)", edit && "88px", today && "76px"].filter(Boolean).join(" "),
    heads: [
      { label: "Prompt" },
      { label: "Draft and labels" },
      { label: "Last badge" },
      ...(edit ? [{ label: "Last edit" }] : []),
      ...(today ? [{ label: "Today", num: true }] : []),
    ],
    edit,
    today,
  };
}
