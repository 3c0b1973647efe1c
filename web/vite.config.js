import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { budget } from './scripts/budget.js';

export default defineConfig({
  plugins: [svelte(), budget({ firstLoad: 200, all: 450 })],
  base: './',
  build: {
    // Where the jar is packed from; the server serves this folder from its class path.
    outDir: 'target/classes/io/gatehouse/web',
    emptyOutDir: true,
    target: 'es2022',
    // Browsers that know light-dark(): written for older ones, colours follow the system and no choice of the reader.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The editor is one chunk; what counts is the budget above.
    chunkSizeWarningLimit: 600,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    // `npm run dev` beside a running `gatehouse serve`.
    proxy: { '/v1': { target: 'http://127.0.0.1:8080', changeOrigin: true, headers: { Origin: 'http://127.0.0.1:8080' } } },
  },
  resolve: {
    alias: Object.fromEntries(['html2canvas', 'dompurify', 'canvg'].map((name) => [name, fileURLToPath(new URL('scripts/nothing.js', import.meta.url))])),
    ...(process.env.VITEST === undefined ? {} : { conditions: ['browser'] }),
  },
  test: { include: ['src/**/*.test.ts'], environment: './scripts/client.js' },
});
