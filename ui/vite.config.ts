import { defineConfig } from 'vite';

// One script with a fixed name: the binary embeds it, and the pages name it.
export default defineConfig({
  build: {
    target: 'es2022',
    outDir: 'dist',
    rollupOptions: { input: 'src/app.ts', output: { entryFileNames: 'app.js' } },
  },
});
