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
  const name =
    width >= 760 ? "minmax(calc(188px * var(--text-scale)), 0.9fr)" : "minmax(calc(140px * var(--text-scale)), 1fr)";
  const pills =
    width >= 700 ? "minmax(calc(200px * var(--text-scale)), 1.3fr)" : "minmax(calc(140px * var(--text-scale)), 1fr)";
  return {
    template: [
      name,
      pills,
      "minmax(calc(112px * var(--text-scale)), 0.7fr)",
      edit && "calc(88px * var(--text-scale))",
      today && "calc(76px * var(--text-scale))",
    ]
      .filter(Boolean)
      .join(" "),
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
