import type { ConnectionTest, ModelRow } from "$lib/host/index.ts";

/** A line of the table: a model of the workspace, or one that the last test found and nobody added. */
export type ModelLine = { on: true; model: ModelRow } | { on: false; id: string; window: number | null };

export type ModelFilter = "all" | "on" | "no-price";

/** The workspace's models first, then what else was found, narrowed by filter and name. */
export function modelLines(
  models: readonly ModelRow[],
  test: ConnectionTest | undefined,
  filter: ModelFilter,
  text: string,
): ModelLine[] {
  const query = text.trim().toLowerCase();
  const known = new Set(models.map((model) => model.id));
  const lines: ModelLine[] = models.map((model) => ({ on: true, model }));
  if (filter === "all") {
    for (const found of test?.models ?? []) {
      if (!known.has(found.id)) lines.push({ on: false, id: found.id, window: found.context_window });
    }
  }
  return lines.filter((line) => {
    if (filter === "no-price" && !(line.on && line.model.price_from === "unknown")) return false;
    const name = line.on ? `${line.model.name} ${line.model.id}` : line.id;
    return query === "" || name.toLowerCase().includes(query);
  });
}

/** Where a price comes from, in words. */
export function priceWord(model: ModelRow, taken: string): string {
  switch (model.price_from) {
    case "workspace":
      return "yours";
    case "table":
      return taken;
    case "local":
      return "free, runs here";
    case "unknown":
      return "unknown";
  }
}
