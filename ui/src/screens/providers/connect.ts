import {
  call,
  type OpenAiApi,
  type Preset,
  type ProviderConnected,
  type ProviderKind,
  type ProvidersChanged,
} from "$lib/host/index.ts";
import { plural } from "$lib/format/numbers.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";

/** What a person gave: an address, a key, or both; and what it is, where they said so. */
export interface Connection {
  name?: string | undefined;
  kind?: ProviderKind;
  preset?: Preset | undefined;
  api?: OpenAiApi | undefined;
  baseUrl?: string | undefined;
  region?: string | undefined;
  apiVersion?: string | undefined;
  key?: string | undefined;
}

/**
 * Connects a provider and reads the list anew. A key is passed on and kept nowhere in the window; the caller clears its
 * field.
 */
export async function connect(given: Connection): Promise<ProviderConnected> {
  const connected = await call("provider_connect", {
    name: given.name?.trim() || null,
    kind: given.kind ?? null,
    preset: given.preset ?? null,
    api: given.api ?? null,
    base_url: given.baseUrl?.trim() || null,
    region: given.region?.trim() || null,
    api_version: given.apiVersion?.trim() || null,
    key: given.key?.trim() || null,
    models: [],
  });
  await providers.load();
  return connected;
}

/** Takes the list that a change of providers came with, and offers to take the change back. */
export function takeBack({ list, undo }: ProvidersChanged, text: string, name: string): void {
  providers.set(list);
  toasts.show({
    text,
    name,
    rest: text === "Removed" ? "from signalbox.toml and from every chain" : "in signalbox.toml",
    undo: async () => {
      await call("config_undo", undo);
      await providers.load();
    },
  });
}

/** What became of it, in a few words. */
export function connectedWords(connected: ProviderConnected): string {
  const found = connected.test.models.length;
  const words = [found > 0 ? `${plural(found, "model")} found` : "connected"];
  if (connected.added.length > 0) words.push(`${connected.added.slice(0, 3).join(", ")} added`);
  if (connected.routed) words.push("the default route begins with it");
  return words.join(", ");
}
