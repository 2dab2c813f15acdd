import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// For `npm run dev`: the server that answers, and a token of it.
const target = process.env.WEFT_SERVER ?? 'http://127.0.0.1:8080';
const token = process.env.WEFT_TOKEN;
// The server would refuse calls from the page of another origin.
const server = { target, changeOrigin: true, headers: { Origin: target, ...(token ? { Authorization: `Bearer ${token}` } : {}) } };

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../build/ui',
    emptyOutDir: true,
    target: 'es2022',
    // The layout engine is one file of its own, fetched with the first canvas.
    chunkSizeWarningLimit: 1700,
  },
  // The packages stand in a cache outside of the repository.
  server: { fs: { strict: false }, proxy: { '/api': server, '/hooks': server, '/healthz': server, '/readyz': server } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
});
