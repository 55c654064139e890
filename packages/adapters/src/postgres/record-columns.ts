/** What the record table holds beside the body: the facts that lists filter and order by. */
import type { Digest, MultiPolygon, PlumelineRecord, Position, RecordId } from '@plumeline/core';

/** West, south, east, north in degrees, west <= east. */
export interface Box {
  readonly west_deg: number;
  readonly south_deg: number;
  readonly east_deg: number;
  readonly north_deg: number;
}

export interface RecordColumns {
  readonly observedFrom: string;
  readonly observedTo: string;
  readonly extent: Box | undefined;
  /** Where a person would put the pin. */
  readonly place: Position | undefined;
  readonly recordingIds: readonly RecordId[];
  readonly objects: readonly Digest[];
}

export function columnsOf(record: PlumelineRecord): RecordColumns {
  const objects = [...new Set([...record.provenance.objects, ...filesOf(record)])];
  const observed = (from: string, to: string) => ({ observedFrom: from, observedTo: to, objects });
  switch (record.kind) {
    case 'recording':
      return {
        ...observed(record.startAt, record.endAt),
        extent: boxOfExtent(record.extent),
        place: undefined,
        recordingIds: [record.id],
      };
    case 'detection':
      return {
        ...observed(record.startAt, record.endAt),
        extent: boxAround([record.peakPosition]),
        place: record.peakPosition,
        recordingIds: [record.recordingId],
      };
    case 'source-estimate':
      return {
        ...observed(record.firstObservedAt, record.lastObservedAt),
        extent: boxAround([record.position, ...cornersOf(record.region90)]),
        place: record.position,
        recordingIds: record.recordingIds,
      };
    case 'null-result':
      return {
        ...observed(record.startAt, record.endAt),
        extent: boxAround(record.searched.flatMap((searched) => cornersOf(searched.region))),
        place: undefined,
        recordingIds: record.recordingIds,
      };
    case 'site':
      return {
        ...observed(record.lastEmissionSeenAt, record.lastEmissionSeenAt),
        extent: boxAround([record.position, ...cornersOf(record.region90)]),
        place: record.position,
        recordingIds: record.recordingIds,
      };
  }
}

/** The boxes with west <= east that a [west, south, east, north] covers: two where it crosses the antimeridian. */
export function boxesOf(extent: readonly [number, number, number, number]): Box[] {
  const [west_deg, south_deg, east_deg, north_deg] = extent;
  assertDegrees(west_deg, 180);
  assertDegrees(east_deg, 180);
  assertDegrees(south_deg, 90);
  assertDegrees(north_deg, 90);
  if (west_deg <= east_deg) return [{ west_deg, south_deg, east_deg, north_deg }];
  return [
    { west_deg, south_deg, east_deg: 180, north_deg },
    { west_deg: -180, south_deg, east_deg, north_deg },
  ];
}

/** One box; all longitudes where the extent crosses the antimeridian, which finds too much rather than too little. */
function boxOfExtent(extent: readonly [number, number, number, number]): Box {
  const boxes = boxesOf(extent);
  const first = boxes[0] as Box;
  return boxes.length === 1 ? first : { ...first, west_deg: -180, east_deg: 180 };
}

function boxAround(positions: readonly Position[]): Box | undefined {
  if (positions.length === 0) return undefined;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const { lat, lon } of positions) {
    assertDegrees(lon, 180);
    assertDegrees(lat, 90);
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  // Half the Earth wide means a region on both sides of the antimeridian.
  const wide = east - west > 180;
  return { west_deg: wide ? -180 : west, south_deg: south, east_deg: wide ? 180 : east, north_deg: north };
}

function cornersOf(region: MultiPolygon): Position[] {
  return region.coordinates.flat(2).map(([lon, lat]) => ({ lat, lon }));
}

function filesOf(record: PlumelineRecord): Digest[] {
  return record.kind === 'recording' ? record.files.map((file) => file.digest) : [];
}

/** A wrong coordinate is a fault of the program by now: readers have refused such input with its place. */
function assertDegrees(value: number, limit: number): void {
  if (!(Math.abs(value) <= limit)) {
    throw new RangeError(
      `A coordinate of ${value} degrees is outside [-${limit}, ${limit}]: the record is not stored.`,
    );
  }
}
