import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compress } from './build/compress.ts';

export default defineConfig({
  plugins: [react(), compress()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // the content security policy admits no data: script or style
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7071', '/embedded': 'http://127.0.0.1:7071' } },
});
