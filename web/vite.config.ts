import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  base: './',
  build: {
    // Where the jar is packed from; the server serves this folder from its class path.
    outDir: 'target/classes/io/gatehouse/web',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: {
    // `npm run dev` beside a running `gatehouse serve`.
    proxy: { '/v1': { target: 'http://127.0.0.1:8080', changeOrigin: true, headers: { Origin: 'http://127.0.0.1:8080' } } },
  },
  test: { include: ['src/**/*.test.ts'] },
});
