import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('..'),
  define: { __MOCK__: 'false' },
  resolve: { alias: { '@shell': here('./src') } },
  test: {
    include: ['console/src/**/*.test.{ts,tsx}', '{core,features}/*/console/**/*.test.{ts,tsx}'],
    environment: 'node',
  },
});
