import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.WEFT_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../build/ui',
    emptyOutDir: true,
    target: 'es2022',
    // The layout engine is one file of its own, fetched with the first canvas.
    chunkSizeWarningLimit: 1700,
  },
  server: { proxy: { '/api': server, '/hooks': server, '/healthz': server, '/readyz': server } },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
});
