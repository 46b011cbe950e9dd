import { call, type ProviderConnected } from "$lib/host/index.ts";
import { plural } from "$lib/format/numbers.ts";
import { providers } from "$lib/state/providers.svelte.ts";

/** What a person gave: an address, a key, or both. */
export interface Connection {
  name?: string;
  baseUrl?: string;
  key?: string;
}

/**
 * Connects a provider and reads the list anew. A key is passed on and kept nowhere in the window; the caller clears its
 * field.
 */
export async function connect({ name, baseUrl, key }: Connection): Promise<ProviderConnected> {
  const connected = await call("provider_connect", {
    name: name?.trim() || null,
    base_url: baseUrl?.trim() || null,
    key: key?.trim() || null,
    models: [],
  });
  await providers.load();
  return connected;
}

/** What became of it, in a few words. */
export function connectedWords(connected: ProviderConnected): string {
  const found = connected.test.models.length;
  const words = [found > 0 ? `${plural(found, "model")} found` : "connected"];
  if (connected.added.length > 0) words.push(`${connected.added.slice(0, 3).join(", ")} added`);
  if (connected.routed) words.push("the default route begins with it");
  return words.join(", ");
}
