import type { Instant } from '@plumeline/core';
import { parseTimeFormat, toInstant } from '../samples/time-format.ts';

const ISO = parseTimeFormat('iso')!;

/** UTC instant of an ISO 8601 text that states its zone; undefined for anything else: no zone is guessed. */
export function acquisitionInstant(text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined;
  const { time_s, zoned } = ISO.parse(text.trim(), 2000);
  return zoned && Number.isFinite(time_s) ? toInstant(time_s) : undefined;
}
