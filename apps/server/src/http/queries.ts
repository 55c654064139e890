/** Parts of addresses that several routes share. */
import type { RecordFilter } from '@plumeline/core';
import Type from 'typebox';
import { HttpProblem } from './problems.ts';

const LIST_LIMIT = 200;
const MAX_LIST_LIMIT = 5000;

export const idParams = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }) });

export const limitQuery = Type.Integer({ minimum: 1, maximum: MAX_LIST_LIMIT, default: LIST_LIMIT });

const number = '-?\\d{1,3}(?:\\.\\d{1,12})?';
export const bboxQuery = Type.Optional(
  Type.String({
    pattern: `^${number}(?:,${number}){3}$`,
    description: 'west,south,east,north in degrees; keeps what touches it',
  }),
);

export const recordingIdQuery = Type.Optional(Type.String({ pattern: '^[a-z]{3}-[0-9a-f]{1,64}$' }));

/** @throws HttpProblem when the four numbers are no extent */
export function extentOf(bbox: string | undefined): Pick<RecordFilter, 'extent'> {
  if (bbox === undefined) return {};
  const [west, south, east, north] = bbox.split(',').map(Number) as [number, number, number, number];
  const isExtent = west >= -180 && east <= 180 && south >= -90 && north <= 90 && west <= east && south <= north;
  if (!isExtent) throw new HttpProblem('invalid', `bbox=${bbox} is not west,south,east,north in degrees.`);
  return { extent: [west, south, east, north] };
}
