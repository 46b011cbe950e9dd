import type { Host } from "./host.ts";
import { loopbackHost } from "./loopback.ts";

const TOKEN = "signalbox-token";

/** The host of this page: Tauri's where its bridge is there, the loopback one otherwise. */
export async function chooseHost(page: Window = window): Promise<Host> {
  if ("__TAURI_INTERNALS__" in page) {
    const { tauriHost } = await import("./tauri.ts");
    return tauriHost();
  }
  return loopbackHost(takeToken(page));
}

/** Reads the token from the address once and takes it out of sight; a reload finds it in this tab's memory. */
function takeToken(page: Window): string {
  const address = new URL(page.location.href);
  const token = address.searchParams.get("token");
  if (token) {
    page.sessionStorage.setItem(TOKEN, token);
    address.searchParams.delete("token");
    page.history.replaceState(null, "", address);
    return token;
  }
  return page.sessionStorage.getItem(TOKEN) ?? "";
}
