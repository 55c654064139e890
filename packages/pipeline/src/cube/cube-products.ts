/** What a processed cube leaves behind as files: cloud-optimised maps, plumes as GeoJSON, numbers as JSON. */
import type { Detection, GeoLookup, MapGrid } from '@plumeline/core';
import { type CogMap, EXERCISE_MARKING, encodeCog, toRfc7946 } from '@plumeline/formats';
import { EARTH_MAPS, type MapName } from './map-names.ts';
import type { ProcessedCube } from './process-cube.ts';

/** Each map as a whole COG, by its name. Cubes in sensor geometry with a lookup table are laid on its grid. */
export async function cogsOf({ cube, recording, maps }: ProcessedCube): Promise<Map<MapName, Uint8Array>> {
  const { header, places, target } = cube;
  const { lookup } = header.georeference;
  const out = new Map<MapName, Uint8Array>();
  for (const { name, unit, values } of EARTH_MAPS) {
    const whole = values(maps);
    const onGrid =
      places.grid === undefined && lookup !== undefined ? await onLookup(whole, header.columns, lookup) : undefined;
    const map: CogMap = {
      lines: onGrid?.rows ?? header.lines,
      columns: onGrid?.columns ?? header.columns,
      bands: [{ name, unit, values: onGrid?.values ?? whole }],
      ...mapOf(onGrid?.grid ?? places.grid),
      facts: {
        software: recording.provenance.software,
        recording: recording.id,
        substance: recording.substance,
        target: target.name,
        ...(recording.exercise && { marking: EXERCISE_MARKING }),
      },
    };
    out.set(name, encodeCog(map));
  }
  return out;
}

function mapOf(grid: MapGrid | undefined): { map?: MapGrid } {
  return grid === undefined ? {} : { map: grid };
}

const ROWS_AT_ONCE = 256;

/** A map of raw pixels laid on the grid of a lookup table. */
async function onLookup(whole: Float32Array, columns: number, lookup: GeoLookup) {
  const values = new Float32Array(lookup.rows * lookup.columns).fill(Number.NaN);
  for (let firstLine = 0; firstLine < lookup.rows; firstLine += ROWS_AT_ONCE) {
    const lines = Math.min(ROWS_AT_ONCE, lookup.rows - firstLine);
    const read = await lookup.read({ firstLine, lines, firstColumn: 0, columns: lookup.columns });
    for (let i = 0; i < read.line.length; i++)
      if (read.line[i]! >= 0)
        values[firstLine * lookup.columns + i] = whole[read.line[i]! * columns + read.column[i]!]!;
  }
  return { values, rows: lookup.rows, columns: lookup.columns, grid: lookup.grid };
}

/** One polygon a plume with its rate, in the form of RFC 7946. */
export function formatPlumes(detections: readonly Detection[]): string {
  const features = detections.flatMap(({ id, plume, exercise, substance, startAt, recordingId }) => {
    if (plume === undefined) return [];
    const { outline, spectrum, rate_kgph, caveats, ...numbers } = plume;
    const properties = {
      recordId: id,
      name: exercise ? `${EXERCISE_MARKING} ${substance} plume` : `${substance} plume`,
      ...{ substance, startAt, recordingId, exercise, marking: exercise ? EXERCISE_MARKING : null },
      ...numbers,
      rate_kgph_p05: rate_kgph?.p05 ?? null,
      rate_kgph_p50: rate_kgph?.p50 ?? null,
      rate_kgph_p95: rate_kgph?.p95 ?? null,
      gasShare: spectrum?.fits[0]?.share ?? null,
      rival: spectrum?.fits[1]?.name ?? null,
      rivalShare: spectrum?.fits[1]?.share ?? null,
      caveats: caveats.map(({ code }) => code).join(' '),
    };
    return [JSON.stringify({ type: 'Feature', id, geometry: toRfc7946(outline), properties })];
  });
  return `{"type":"FeatureCollection","name":"plumes","features":[\n${features.join(',\n')}\n]}\n`;
}
