import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compress } from './build/compress.ts';
import { preload } from './build/preload.ts';
import { theme } from './build/theme.ts';

export default defineConfig({
  plugins: [react(), theme(), preload('app'), compress()],
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // know light-dark()
    assetsInlineLimit: 0, // the content security policy admits no data: script or style
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // A file each for the first script, for what every page needs besides, and for the wizard's first step: on a slow machine every request of a first page takes milliseconds.
        codeSplitting: {
          groups: [
            { name: 'start', test: /src\/start\.ts$/, priority: 3 },
            { name: 'app', test: /src\/main\.tsx$/, priority: 2 },
            { name: 'connect', test: /src\/connecting\/StartPage\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7071', '/embedded': 'http://127.0.0.1:7071' } },
});
