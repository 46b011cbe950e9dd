// The window over a core in memory whose prompts can be edited and run: npm run dev, then
// /src/test/core_preview.html?place={"screen":"editor","prompt":"support/reply"}
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "../lib/theme/tokens.css";
import "../lib/theme/base.css";
import { mount } from "svelte";
import { readPlace, router } from "$lib/state/router.svelte.ts";
import App from "../app.svelte";
import { start } from "../start.ts";
import { fakeCore } from "./fake_core.ts";
import { sampleHost } from "./sample_host.ts";

const target = document.getElementById("app");
const query = new URLSearchParams(location.search);
const host = sampleHost();
const core = fakeCore(host);
// Lines of the template, for what must stay quick.
const lines = Number(query.get("lines"));
const latest = core.versions.at(-1);
if (lines > 0 && latest) {
  latest.source.body += Array.from({ length: lines }, (_, i) => `Rule ${i}: be {{ shop.name }} about it`).join("\n");
}
Object.assign(window, { core, host });
if (target) {
  await start(host);
  const place = readPlace(JSON.parse(query.get("place") ?? "{}"));
  if (place) router.replace(place);
  mount(App, { target });
}
