// The whole window over a host in memory, for looking at it: npm run dev, then /src/test/preview.html?place={"screen":"live"}; with
// &budgets there are several budgets.
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "../lib/theme/tokens.css";
import "../lib/theme/base.css";
import { mount } from "svelte";
import { readPlace, router } from "$lib/state/router.svelte.ts";
import App from "../app.svelte";
import { start } from "../start.ts";
import { someBudgets } from "./sample.ts";
import { manyPrompts, sampleHost } from "./sample_host.ts";

const target = document.getElementById("app");
const query = new URLSearchParams(location.search);
const host = sampleHost(query.has("budgets") ? someBudgets() : undefined);
const many = Number(query.get("prompts"));
if (many > 0) host.answer("prompt_list", () => ({ prompts: manyPrompts(many) }));
if (target) {
  await start(host);
  const place = readPlace(JSON.parse(query.get("place") ?? "{}"));
  if (place) router.replace(place);
  mount(App, { target });
}
