/** Panes narrower than this can't be read. */
const LEAST = 280;

/** How many panes stand beside each other, and in how many rows, so that no row is nearly empty. */
export function gridFor(panes: number, width: number): { columns: number; rows: number } {
  const fit = width > 0 ? Math.max(1, Math.floor(width / LEAST)) : panes;
  const rows = Math.max(1, Math.ceil(panes / Math.min(fit, Math.max(1, panes))));
  return { columns: Math.max(1, Math.ceil(panes / rows)), rows };
}
