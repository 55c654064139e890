import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import { collection, type Extent } from './features.ts';

interface CountryFile {
  readonly name: string;
  readonly extent: Extent;
  readonly file: string;
}

/** From here on the middle scale of borders is visibly off. */
const FINE_ZOOM = 6;

/**
 * Coarse borders first for a quick first picture, finer ones once that stands; close in, the finest, for the countries
 * in view alone. Where states are drawn, theirs is the finer coast.
 */
export function refineBorders(map: MapLibre, hasStates: () => boolean): void {
  const asked = new Set<string>();
  const fine: GeoJSON.Feature[] = [];
  const refine = async () => {
    if (map.getZoom() < FINE_ZOOM || hasStates()) return;
    const wanted = (await countryFiles()).filter(({ file, extent }) => !asked.has(file) && isInView(map, extent));
    for (const { file } of wanted) asked.add(file);
    const countries = await Promise.all(wanted.map(({ file }) => read<GeoJSON.FeatureCollection>(file)));
    if (countries.length === 0) return;
    fine.push(...countries.flatMap(({ features }) => features));
    (map.getSource('fine-countries') as GeoJSONSource).setData(collection(fine));
    const names = fine.map(({ properties }) => String(properties?.name));
    for (const layer of ['land', 'country-line']) {
      map.setFilter(layer, ['!', ['in', ['get', 'name'], ['literal', names]]]);
    }
  };
  const tryRefine = () => void refine().catch((error: unknown) => console.error(`map borders: ${error}`));
  map.once('idle', () => {
    (map.getSource('countries') as GeoJSONSource).setData('/basemap/countries-50m.json');
    tryRefine();
    map.on('moveend', tryRefine);
  });
}

let files: Promise<CountryFile[]> | undefined;

function countryFiles(): Promise<CountryFile[]> {
  files ??= read<CountryFile[]>('countries-10m');
  return files;
}

async function read<T>(name: string): Promise<T> {
  const response = await fetch(`/basemap/${name}.json`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return (await response.json()) as T;
}

function isInView(map: MapLibre, [west, south, east, north]: Extent): boolean {
  const view = map.getBounds();
  const isBeside = east < view.getWest() || west > view.getEast();
  return !isBeside && north >= view.getSouth() && south <= view.getNorth();
}
