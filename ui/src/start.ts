import { call, setHost, type Host } from "$lib/host/index.ts";
import { alerts } from "$lib/state/alerts.svelte.ts";
import { app } from "$lib/state/app.svelte.ts";
import { budgets } from "$lib/state/budgets.svelte.ts";
import { calls } from "$lib/state/calls.svelte.ts";
import { endpoint } from "$lib/state/endpoint.svelte.ts";
import { events } from "$lib/state/events.ts";
import { gateway } from "$lib/state/gateway.svelte.ts";
import { library } from "$lib/state/library.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { readPlace, router } from "$lib/state/router.svelte.ts";
import { runs } from "$lib/state/runs.svelte.ts";
import { session } from "$lib/state/session.svelte.ts";
import { look } from "$lib/theme/look.svelte.ts";
import { isTextSize, isTheme } from "$lib/theme/theme.ts";

/** Connects to the core and puts everything where it was. Rejects when the core doesn't answer. */
export async function start(host: Host): Promise<void> {
  setHost(host);
  const [info, stored] = await Promise.all([call("app_info", {}), call("session_get", {})]);
  app.set(info);
  session.connect(stored.values, (key, value) => call("session_set", { key, value }));
  restoreLook();
  restorePlace(info.first_start);
  for (const store of [app, library, providers, budgets, alerts, calls, runs, gateway, endpoint]) store.listen();
  events.start();
  // The screens show what they have; each list comes when it is read.
  void Promise.all([library.load(), providers.load(), budgets.load(), calls.load(), gateway.load(), endpoint.load()]);
}

function restoreLook(): void {
  const theme = session.get<unknown>("look.theme", "system", isTheme);
  if (isTheme(theme)) look.theme = theme;
  const size = session.get<unknown>("look.text-size", 100, isTextSize);
  if (isTextSize(size)) look.textSize = size;
  look.motion = session.get<string>("look.motion", "system") === "less" ? "less" : "system";
}

function restorePlace(firstStart: boolean): void {
  const place = readPlace(session.get<unknown>("place", undefined, () => true));
  router.replace(place ?? (firstStart ? { screen: "firststart" } : { screen: "library" }));
}
