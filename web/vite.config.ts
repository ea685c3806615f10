/** How the web app is built: one light entry for the chat, everything else in chunks of its own. */

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

/** Where `npm run dev` finds a site. */
const site = process.env["SEKOCI_SITE"] ?? "http://127.0.0.1:8701";

export default defineConfig({
  plugins: [
    react(),
    VitePWA({
      // The page registers the worker itself: the sites' policy forbids inline scripts.
      injectRegister: false,
      registerType: "autoUpdate",
      includeAssets: ["icon.svg"],
      manifest: {
        name: "Sekoci",
        short_name: "Sekoci",
        description: "A work platform that keeps working when a data centre does not.",
        start_url: "/",
        display: "standalone",
        background_color: "#f6f8fa",
        theme_color: "#1d5f8a",
        icons: [{ src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" }],
      },
      workbox: {
        // Everything, so that a reload works while the page's own site is dead.
        globPatterns: ["**/*.{js,css,html,svg,woff2}"],
        maximumFileSizeToCacheInBytes: 4_000_000,
        navigateFallback: "/index.html",
        navigateFallbackDenylist: [/^\/api\//, /^\/(livez|readyz|role|metrics)$/],
        cleanupOutdatedCaches: true,
        clientsClaim: true,
        skipWaiting: true,
        inlineWorkboxRuntime: true,
      },
    }),
  ],
  build: {
    target: "es2022",
    cssCodeSplit: true,
    // A data: URL would need an exception in the sites' policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_500,
  },
  // The modern build of the local store; the default entry carries helpers for old browsers.
  resolve: { alias: { dexie: "dexie/dist/modern/dexie.mjs" } },
  server: { proxy: { "/api": { target: site, ws: true }, "/livez": site, "/role": site } },
});
