import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import react from '@vitejs/plugin-react';
import { feature } from 'topojson-client';
import { defineConfig, type Plugin } from 'vite';

// The page is always built as it ships: started by a test runner, NODE_ENV would bring React's slow development build.
process.env.NODE_ENV = 'production';

const require = createRequire(import.meta.url);

type Point = [number, number];

interface Country {
  readonly properties: { readonly name: string };
  readonly geometry: { readonly type: 'Polygon' | 'MultiPolygon'; coordinates: Point[][] | Point[][][] };
}

/**
 * World borders as GeoJSON files beside the page, so that MapLibre's worker reads them and the page never does. The
 * finest scale is ten megabytes: it goes out a country a file, with an index of where each one is.
 */
function worldBorders(): Plugin {
  return {
    name: 'world-borders',
    generateBundle() {
      const emit = (name: string, content: unknown) =>
        this.emitFile({ type: 'asset', fileName: `basemap/${name}.json`, source: JSON.stringify(content) });
      for (const scale of ['110m', '50m']) emit(`countries-${scale}`, collection(countriesAt(scale, 3)));
      const fine = countriesAt('10m', 4).map((country, index) => ({ country, file: `10m/${index}` }));
      for (const { country, file } of fine) emit(file, collection([country]));
      emit(
        'countries-10m',
        fine.map(({ country, file }) => ({ name: country.properties.name, extent: extentOf(country), file })),
      );
    },
  };
}

function countriesAt(scale: string, decimals: number): Country[] {
  const topology = JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), 'utf8'));
  const { features } = feature(topology, topology.objects.countries) as unknown as { features: Country[] };
  const rounded = JSON.stringify(features, (key, value) => {
    if (key === 'properties') return { name: value.name };
    return typeof value === 'number' ? Number(value.toFixed(decimals)) : value;
  });
  const countries = JSON.parse(rounded) as Country[];
  for (const { geometry } of countries) {
    const rings = geometry.coordinates.flat(geometry.type === 'Polygon' ? 0 : 1) as Point[][];
    for (const ring of rings) unwrap(ring);
  }
  return countries;
}

/** A ring over the antimeridian goes on past 180 degrees; jumping back would draw a line across the world. */
function unwrap(ring: Point[]): void {
  let turn = 0;
  const turned = ring.map(([lon], i) => {
    const step = i === 0 ? 0 : lon - ring[i - 1]![0];
    if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    return lon + turn;
  });
  // A ring around a pole never comes back to where it began: it stays as it is.
  if (turn !== 0) return;
  ring.forEach((point, i) => {
    point[0] = turned[i]!;
  });
}

function collection(features: readonly Country[]): object {
  return { type: 'FeatureCollection', features };
}

/** [west, south, east, north] of all coordinates. */
function extentOf({ geometry }: Country): number[] {
  const numbers = (geometry.coordinates as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
  const lon = numbers.filter((_, i) => i % 2 === 0);
  const lat = numbers.filter((_, i) => i % 2 === 1);
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return [least(lon), least(lat), most(lon), most(lat)];
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
