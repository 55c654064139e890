/** Where a cube's pixels lie on the ground, from whichever georeference its files hold. */
import {
  type CrsStatement,
  type CubeHeader,
  InputError,
  type LocalFrame,
  localFrameAt,
  type MapGrid,
  type PixelLocations,
  type Position,
} from '@plumeline/core';
import { fromUtm } from './utm.ts';

export interface PixelPlaces {
  /** Place of fractional pixel coordinates: (0, 0) the first pixel's outer corner, (0.5, 0.5) its centre. */
  at(column: number, line: number): Position;
  /** Metres about the scene's middle. */
  readonly frame: LocalFrame;
  /** Side of a square as large as a pixel at the scene's middle [m]. */
  readonly pixel_m: number;
  /** Metres east and north for one column and one line, at the middle. */
  readonly perColumn: readonly [east_m: number, north_m: number];
  readonly perLine: readonly [east_m: number, north_m: number];
  /** The cube's own map grid, where its pixels lie on one. */
  readonly grid?: MapGrid;
}

/** Where a person says the cube lies when its files do not: a north-up grid from its north-west corner. */
export interface StatedPlace {
  readonly northWest: Position;
  readonly pixel_m: number;
}

/** @throws InputError where the cube has no place or one in a reference system that Plumeline cannot read */
export async function pixelPlaces(header: CubeHeader, stated?: StatedPlace): Promise<PixelPlaces> {
  const { map, locations } = header.georeference;
  if (stated !== undefined) return placesOn(header, statedGrid(stated));
  if (map !== undefined) return placesOn(header, map);
  if (locations !== undefined) return finish(header, await fromLocations(header, locations));
  throw placeError(
    header,
    'cube-place-missing',
    'The files do not say where the cube lies: no map info, IGM or GLT.',
    'Put the _igm or _glt file beside it, or give --place lat,lon,pixel_m of a north-up cube. For maps without a place use plumeline retrieve.',
  );
}

function placesOn(header: CubeHeader, grid: MapGrid): PixelPlaces {
  const { affine: a, crs } = grid;
  const toPosition = projection(header, crs);
  const at = (column: number, line: number) =>
    toPosition(a[0] + a[1] * column + a[2] * line, a[3] + a[4] * column + a[5] * line);
  return { ...finish(header, at), grid };
}

function statedGrid({ northWest, pixel_m }: StatedPlace): MapGrid {
  const frame = localFrameAt(northWest);
  const east = frame.toPosition(pixel_m, 0).lon - northWest.lon;
  const south = frame.toPosition(0, -pixel_m).lat - northWest.lat;
  return {
    affine: [northWest.lon, east, 0, northWest.lat, 0, south],
    crs: { text: 'WGS 84 longitude, latitude', epsg: 4326 },
  };
}

/** Lines of the location file that are held: the rest is between them. */
const MOST_LOCATIONS = 400_000;

async function fromLocations(header: CubeHeader, locations: PixelLocations): Promise<PixelPlaces['at']> {
  const { lines, columns } = header;
  const step = Math.max(1, Math.ceil((lines * columns) / MOST_LOCATIONS));
  const kept = [...new Set([...Array.from({ length: Math.ceil(lines / step) }, (_, i) => i * step), lines - 1])];
  const x = new Float64Array(kept.length * columns);
  const y = new Float64Array(kept.length * columns);
  for (const [row, line] of kept.entries()) {
    const read = await locations.read({ firstLine: line, lines: 1, firstColumn: 0, columns });
    x.set(read.x, row * columns);
    y.set(read.y, row * columns);
  }
  if (x.some(Number.isNaN) || y.some(Number.isNaN) || kept.length < 2 || columns < 2) {
    throw placeError(
      header,
      'cube-locations-incomplete',
      'The location file has pixels without a place.',
      'Use the orthorectified product, or cut the cube to the part that has places.',
    );
  }
  const toPosition = projection(header, locations.crs);
  return (column, line) => {
    const [c, l] = [column - 0.5, line - 0.5];
    const row = Math.min(kept.length - 2, Math.max(0, Math.floor(l / step)));
    const left = Math.min(columns - 2, Math.max(0, Math.floor(c)));
    // Beyond the outermost centres the cell's own slope goes on.
    const [s, t] = [c - left, (l - kept[row]!) / (kept[row + 1]! - kept[row]!)];
    const mix = (v: Float64Array) => {
      const i = row * columns + left;
      return (1 - t) * ((1 - s) * v[i]! + s * v[i + 1]!) + t * ((1 - s) * v[i + columns]! + s * v[i + columns + 1]!);
    };
    return toPosition(mix(x), mix(y));
  };
}

function finish(header: CubeHeader, at: PixelPlaces['at']): PixelPlaces {
  const [column, line] = [header.columns / 2, header.lines / 2];
  const frame = localFrameAt(at(column, line));
  const step = (dc: number, dl: number): readonly [number, number] => {
    const [from, to] = [frame.toLocal(at(column - dc, line - dl)), frame.toLocal(at(column + dc, line + dl))];
    return [to.x_m - from.x_m, to.y_m - from.y_m];
  };
  const [perColumn, perLine] = [step(0.5, 0), step(0, 0.5)];
  const area = Math.abs(perColumn[0] * perLine[1] - perColumn[1] * perLine[0]);
  if (!(area > 0)) {
    throw placeError(header, 'cube-place-flat', "The cube's pixels have no area.", 'Correct the map info.');
  }
  return { at, frame, pixel_m: Math.sqrt(area), perColumn, perLine };
}

function projection(header: CubeHeader, { epsg, text }: CrsStatement): (x: number, y: number) => Position {
  if (epsg === 4326) return (lon, lat) => ({ lat, lon });
  const isUtm = epsg !== undefined && ((epsg > 32_600 && epsg <= 32_660) || (epsg > 32_700 && epsg <= 32_760));
  if (isUtm) return (x, y) => fromUtm(x, y, epsg);
  throw placeError(
    header,
    'cube-crs-unsupported',
    `The cube's reference system is ${text}; Plumeline reads WGS 84 longitude and latitude, or UTM.`,
    'Reproject it, e.g. with gdalwarp -t_srs EPSG:4326.',
  );
}

function placeError({ file }: CubeHeader, code: string, message: string, remedy: string): InputError {
  return new InputError([{ code, message, remedy, place: { file } }]);
}

/** Where the air goes to, in the image: anticlockwise from growing columns with lines pointing down [rad]. */
export function towardsInImage({ perColumn, perLine }: PixelPlaces, from_deg: number): number {
  const to = ((from_deg + 180) * Math.PI) / 180;
  const [east, north] = [Math.sin(to), Math.cos(to)];
  const determinant = perColumn[0] * perLine[1] - perColumn[1] * perLine[0];
  const columns = (east * perLine[1] - north * perLine[0]) / determinant;
  const lines = (north * perColumn[0] - east * perColumn[1]) / determinant;
  return Math.atan2(-lines, columns);
}

/** Steps of Newton from the middle; a map grid needs one, a bent swath a few. */
const PLACE_STEPS = 8;

/** Pixel at a place, which may lie outside the cube. */
export function pixelAt(places: PixelPlaces, place: Position): { readonly line: number; readonly column: number } {
  const wanted = places.frame.toLocal(place);
  const { perColumn: c, perLine: l } = places;
  const determinant = c[0] * l[1] - c[1] * l[0];
  let [column, line] = [0, 0];
  for (let step = 0; step < PLACE_STEPS; step++) {
    const here = places.frame.toLocal(places.at(column, line));
    const [x, y] = [wanted.x_m - here.x_m, wanted.y_m - here.y_m];
    column += (x * l[1] - y * l[0]) / determinant;
    line += (y * c[0] - x * c[1]) / determinant;
  }
  return { line: Math.floor(line), column: Math.floor(column) };
}
