/** Which columns fit, and the grid that head and rows share. Columns go from the right; the signal stays. */
export interface Columns {
  template: string;
  heads: { label: string; num?: boolean }[];
  tokens: boolean;
  cost: boolean;
  model: boolean;
  /** For whom; only where a call in the list has somebody. */
  caller: boolean;
}

const wide = (pixels: number) => `calc(${pixels}px * var(--text-scale))`;

/** The columns for a list of this width, counted in the usual text size. */
export function columnsFor(width: number, named = false): Columns {
  const model = width >= 460;
  const cost = width >= 600;
  const tokens = width >= 720;
  const caller = named && width >= 820;
  const columns = [
    { label: "Time", size: wide(100) },
    { label: "Prompt@version", size: "minmax(0, 1fr)" },
    ...(model ? [{ label: "Model served", size: "minmax(0, 1.1fr)" }] : []),
    { label: "Signal", size: wide(108) },
    ...(tokens ? [{ label: "Tokens", size: wide(96), num: true }] : []),
    ...(cost ? [{ label: "Cost", size: wide(76), num: true }] : []),
    { label: "Latency", size: wide(72), num: true },
    ...(caller ? [{ label: "App, user", size: wide(124) }] : []),
  ];
  return {
    template: columns.map((column) => column.size).join(" "),
    heads: columns.map(({ label, num }) => ({ label, ...(num ? { num } : {}) })),
    model,
    cost,
    tokens,
    caller,
  };
}
