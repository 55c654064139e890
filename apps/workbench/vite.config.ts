import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import react from '@vitejs/plugin-react';
import { feature } from 'topojson-client';
import { defineConfig, type Plugin } from 'vite';

// The page is always built as it ships: started by a test runner, NODE_ENV would bring React's slow development build.
process.env.NODE_ENV = 'production';

const require = createRequire(import.meta.url);

/** World borders as GeoJSON files beside the page, so that MapLibre's worker reads them and the page never does. */
function worldBorders(): Plugin {
  return {
    name: 'world-borders',
    generateBundle() {
      for (const scale of ['110m', '50m', '10m']) {
        const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), 'utf8'));
        const countries = feature(topology, topology.objects.countries);
        const decimals = scale === '10m' ? 4 : 3;
        const source = JSON.stringify(countries, (key, value) => {
          if (key === 'properties') return { name: value.name };
          return typeof value === 'number' ? Number(value.toFixed(decimals)) : value;
        });
        this.emitFile({ type: 'asset', fileName: `basemap/countries-${scale}.json`, source });
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), worldBorders()],
  worker: { format: 'es' },
  build: {
    outDir: 'build',
    emptyOutDir: true,
    target: 'es2023',
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
});
