import type { Component } from "svelte";
import type { ScreenName } from "$lib/state/router.svelte.ts";

type Loader = () => Promise<{ default: Component<Record<string, unknown>> }>;

/** Screens are loaded when they are first opened, so that the first paint waits for one of them alone. */
const LOADERS: Record<ScreenName, Loader> = {
  library: () => import("../screens/library/Library.svelte") as ReturnType<Loader>,
  editor: () => import("../screens/editor/Editor.svelte") as unknown as ReturnType<Loader>,
  compare: () => import("../screens/compare/Compare.svelte") as unknown as ReturnType<Loader>,
  live: () => import("../screens/live/Live.svelte") as unknown as ReturnType<Loader>,
  calls: () => import("../screens/calls/Calls.svelte") as unknown as ReturnType<Loader>,
  budgets: () => import("../screens/budgets/Budgets.svelte") as ReturnType<Loader>,
  routes: () => import("../screens/routes/Routes.svelte") as unknown as ReturnType<Loader>,
  providers: () => import("../screens/providers/Providers.svelte") as unknown as ReturnType<Loader>,
  settings: () => import("../screens/settings/Settings.svelte") as ReturnType<Loader>,
  firststart: () => import("../screens/firststart/FirstStart.svelte") as ReturnType<Loader>,
};

const loaded = new Map<ScreenName, Component<Record<string, unknown>>>();

/** A screen that was loaded before. */
export function loadedScreen(name: ScreenName): Component<Record<string, unknown>> | undefined {
  return loaded.get(name);
}

export async function loadScreen(name: ScreenName): Promise<Component<Record<string, unknown>>> {
  const known = loaded.get(name);
  if (known) return known;
  const module = await LOADERS[name]();
  loaded.set(name, module.default);
  return module.default;
}

/** Loads the others while nothing else is to do, so that the first visit is as quick as the second. */
export function loadOthers(): void {
  const names = Object.keys(LOADERS) as ScreenName[];
  const next = (): void => {
    const name = names.shift();
    if (name)
      void loadScreen(name).then(
        () => setTimeout(next, 30),
        () => undefined,
      );
  };
  setTimeout(next, 300);
}
