import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "./lib/theme/tokens.css";
import "./lib/theme/base.css";
import { showStartError } from "./start_error.ts";

// Everything else is loaded inside the try: a module that throws while it loads must not leave a blank window.
async function main(): Promise<void> {
  const target = document.getElementById("app");
  if (!target) return;
  try {
    const [{ mount }, { chooseHost }, { start }, { default: App }] = await Promise.all([
      import("svelte"),
      import("./lib/host/choose.ts"),
      import("./start.ts"),
      import("./app.svelte"),
    ]);
    const host = await chooseHost();
    try {
      await start(host);
      target.replaceChildren();
      mount(App, { target });
    } catch (error) {
      host.phase("first_paint");
      throw error;
    }
  } catch (error) {
    showStartError(target, error, () => void main());
  }
}

void main();
