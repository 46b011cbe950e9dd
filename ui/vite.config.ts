import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { $lib: fileURLToPath(new URL("./src/lib", import.meta.url)) } },
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: "127.0.0.1" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // WebKitGTK 2.50 and Chromium; nothing older is a host.
    target: ["safari17", "chrome120"],
    // The content security policy has no data: for scripts and styles; fonts stay files.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // CodeMirror is one part of the editor's chunk, which is loaded after the first paint.
    chunkSizeWarningLimit: 800,
  },
});
