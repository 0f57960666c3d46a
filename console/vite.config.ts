import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The service worker of the mock. Only the mock build carries it; the product never does. */
function mockWorker(): Plugin {
  const name = 'mockServiceWorker.js';
  const source = (): string =>
    readFileSync(createRequire(import.meta.url).resolve('msw/mockServiceWorker.js'), 'utf8');
  return {
    name: 'yagura-mock-worker',
    configureServer(server) {
      server.middlewares.use(`/${name}`, (_request, response) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(source());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: name, source: source() });
    },
  };
}

const budget = 250_000;

/**
 * Fails the build when the first load grows past its budget: the entry with all it imports at once, the style sheets that
 * come with it, and the words of one language, compressed.
 */
function firstLoad(): Plugin {
  return {
    name: 'yagura-first-load',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const wanted = new Set<string>();
        const take = (file: string): void => {
          const chunk = bundle[file];
          if (wanted.has(file) || !chunk) return;
          wanted.add(file);
          if (chunk.type !== 'chunk') return;
          chunk.imports.forEach(take);
          chunk.viteMetadata?.importedCss.forEach(take);
        };
        for (const [file, chunk] of Object.entries(bundle)) {
          if (chunk.type === 'chunk' && (chunk.isEntry || chunk.name === 'bundle-ja')) take(file);
        }
        let bytes = 0;
        for (const file of wanted) {
          const part = bundle[file];
          if (part) bytes += gzipSync(part.type === 'chunk' ? part.code : part.source).length;
        }
        const size = `first load: ${(bytes / 1000).toFixed(0)} kB compressed of ${String(budget / 1000)} kB`;
        if (bytes > budget) this.error(size);
        this.info(size);
      },
    },
  };
}

/** What the server sends too, so that a library that needs more is noticed here first. */
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export default defineConfig(({ mode }) => ({
  root: here('.'),
  base: '/',
  plugins: [react(), firstLoad(), ...(mode === 'mock' ? [mockWorker()] : [])],
  define: { __MOCK__: JSON.stringify(mode === 'mock') },
  resolve: { alias: { '@shell': here('./src') } },
  server: {
    port: 5173,
    fs: { allow: [here('..')] },
    ...(mode === 'server'
      ? {
          proxy: {
            '/api': {
              target: 'https://127.0.0.1:8443',
              secure: false,
              changeOrigin: true,
              headers: { origin: 'https://127.0.0.1:8443' },
            },
          },
        }
      : {}),
  },
  preview: { port: 4173, headers: { 'content-security-policy': policy } },
  build: {
    outDir: mode === 'mock' ? 'dist-mock' : 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A data: address would need a wider content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
}));
