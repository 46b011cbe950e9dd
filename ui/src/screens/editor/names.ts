import type { Prompt, Target, Targets } from "$lib/host/index.ts";

/** The labels that point to a version. */
export function labelsOf(prompt: Prompt | undefined, version: number): string[] {
  return (prompt?.summary.labels ?? []).filter((label) => label.version === version).map((label) => label.label);
}

/** A version as it is named in a choice: `14 production`. */
export function versionLabel(prompt: Prompt | undefined, version: number): string {
  return [String(version), ...labelsOf(prompt, version)].join(" ");
}

/** A target as one text, for selects; and back. */
export function targetKey(target: Target): string {
  return `${target.by}:${target.name}`;
}

export function targetOf(key: string): Target | undefined {
  const at = key.indexOf(":");
  const by = key.slice(0, at);
  if (by !== "route" && by !== "model") return undefined;
  return { by, name: key.slice(at + 1) };
}

/** What can be chosen to serve a call. */
export function targetItems(targets: Targets): { value: string; label: string; note?: string; group: string }[] {
  const note = (simulated: boolean) => (simulated ? { note: "simulated" } : {});
  return [
    ...targets.routes.map(({ name, simulated }) => ({
      value: `route:${name}`,
      label: name,
      group: "Routes",
      ...note(simulated),
    })),
    ...targets.models.map(({ name, provider, simulated }) => ({
      value: `model:${name}`,
      label: name,
      group: "Models",
      ...(simulated ? note(true) : { note: provider }),
    })),
  ];
}

/** The wanted target where it still exists; otherwise the first route, or the first model. */
export function chooseTarget(targets: Targets, wanted: Target | undefined): Target | undefined {
  const { routes, models } = targets;
  if (wanted?.by === "route" && routes.some((route) => route.name === wanted.name)) return wanted;
  if (wanted?.by === "model" && models.some((model) => model.name === wanted.name)) return wanted;
  if (routes[0]) return { by: "route", name: routes[0].name };
  return models[0] ? { by: "model", name: models[0].name } : undefined;
}

/** The model that a target asks first. */
export function firstModel(targets: Targets, target: Target | undefined): string | undefined {
  if (target?.by === "model") return target.name;
  return targets.routes.find((route) => route.name === target?.name)?.generate[0];
}

/** Whether every answer of a target is simulated. */
export function isSimulated(targets: Targets, target: Target | undefined): boolean {
  const list = target?.by === "model" ? targets.models : targets.routes;
  return list.find((one) => one.name === target?.name)?.simulated ?? false;
}
