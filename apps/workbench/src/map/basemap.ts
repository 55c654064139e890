/** States and municipalities, as the server has them (GeoJSON or TopoJSON), into outlines and names. */
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { type Collection, collection, labelPoint } from './features.ts';
import { STATE_NAMES } from './states.ts';

export interface Areas {
  readonly outlines: Collection;
  readonly names: Collection;
}

/** @param file GeoJSON FeatureCollection, or a Topology whose first object is taken. */
export function toAreas(file: object): Areas {
  const outlines = toCollection(file);
  const names = outlines.features.flatMap((area) => {
    const name = nameOf(area);
    const at = name === undefined ? undefined : labelPoint(area.geometry);
    if (name === undefined || at === undefined) return [];
    const geometry = { type: 'Point' as const, coordinates: at };
    return [{ type: 'Feature' as const, properties: { name }, geometry }];
  });
  return { outlines, names: collection(names) };
}

function toCollection(file: object): Collection {
  if ('features' in file) return file as Collection;
  const topology = file as Topology;
  const object = Object.values(topology.objects)[0] as GeometryCollection;
  return feature(topology, object) as Collection;
}

function nameOf({ id, properties }: GeoJSON.Feature): string | undefined {
  const given: unknown = properties?.name ?? properties?.nombre;
  if (typeof given === 'string') return given;
  return STATE_NAMES[String(properties?.id ?? id ?? '')];
}
