import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compress } from './build/compress.ts';
import { preload } from './build/preload.ts';
import { theme } from './build/theme.ts';

export default defineConfig({
  plugins: [react(), theme(), preload('app', ['drive']), compress()],
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // know light-dark()
    assetsInlineLimit: 0, // the content security policy admits no data: script or style
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // A file each for the first script, for what every page needs besides, for a drive with its files, and for the wizard's first step: on a
        // slow machine every request of a first page takes milliseconds. What several of them need comes with the app.
        codeSplitting: {
          groups: [
            { name: 'start', test: /src\/start\.ts$|rolldown\/runtime/, priority: 4 },
            { name: 'app', test: /src\/(main|shell\/(More|shown|Tabs)|api\/usePages)\.tsx?$/, priority: 3 },
            { name: 'drive', test: /src\/drives\/DrivePage\.tsx$/, priority: 2 },
            { name: 'connect', test: /src\/connecting\/StartPage\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:7071', '/embedded': 'http://127.0.0.1:7071' } },
});
