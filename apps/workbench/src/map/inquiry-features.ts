/** What is asked of an estimate as GeoJSON: its legs and what they say, other answers' regions, legs to fly next. */
import type { PassWord, SourceEstimate } from '@plumeline/core';
import type { Samples } from '../data/api.ts';
import { type Inquiry, shownSource, sourceOf } from '../data/inquiry.ts';
import { legSays } from '../parts/words.ts';
import { type Collection, collection, EMPTY } from './features.ts';

/** ln evidence at which a leg's band is at its widest. */
const FULL_WEIGHT = 5;
const MOST_POINTS = 200;

/** Regions of an estimate; no pin, the shade says where it is likeliest. */
export function findingFeatures({ id, region50, region90 }: SourceEstimate): Collection {
  const of = (region: SourceEstimate['region90'], level: number): GeoJSON.Feature => ({
    type: 'Feature',
    properties: { id, level },
    geometry: region as unknown as GeoJSON.MultiPolygon,
  });
  return collection([of(region90, 90), of(region50, 50)]);
}

/** 90 % outlines of the original, while an answer is shown, and of every trial. */
export function trialFeatures(inquiry: Inquiry | undefined): Collection {
  if (inquiry?.estimate === undefined) return EMPTY;
  const outline = (source: SourceEstimate, chosen: boolean): GeoJSON.Feature => ({
    type: 'Feature',
    properties: { chosen },
    geometry: source.region90 as unknown as GeoJSON.MultiPolygon,
  });
  const trials = [...inquiry.trials].flatMap(([key, answer]) => {
    const source = sourceOf(answer);
    const isShown = key.startsWith('air:') || key === inquiry.trial;
    return source === undefined || !isShown ? [] : [outline(source, key === inquiry.trial)];
  });
  return collection([...(inquiry.answer === undefined ? [] : [outline(inquiry.estimate, false)]), ...trials]);
}

/** Legs as lines along the track. */
export function legFeatures(inquiry: Inquiry | undefined, samples: Samples | undefined): Collection {
  if (inquiry === undefined || samples === undefined) return EMPTY;
  return collection(
    passesOf(inquiry).flatMap((pass): GeoJSON.Feature[] => {
      const coordinates = lineOf(samples, pass);
      if (coordinates.length < 2) return [];
      const aside = inquiry.aside.has(pass.index);
      return [
        {
          type: 'Feature',
          properties: {
            says: aside ? 'little' : legSays(pass.lnFor),
            weight: aside ? 0 : Math.min(1, Math.abs(pass.lnFor) / FULL_WEIGHT),
            aside,
            chosen: pass.index === inquiry.leg,
          },
          geometry: { type: 'LineString', coordinates },
        },
      ];
    }),
  );
}

/** Numbers of the legs, and where the plume should cross them. */
export function legMarks(inquiry: Inquiry | undefined, samples: Samples | undefined): Collection {
  if (inquiry === undefined || samples === undefined) return EMPTY;
  return collection(
    passesOf(inquiry).flatMap((pass) => {
      const chosen = pass.index === inquiry.leg;
      const isCrossed = pass.expected !== undefined && !inquiry.aside.has(pass.index);
      const middle = (Date.parse(pass.startAt) + Date.parse(pass.endAt)) / 2;
      const at = placeAt(samples, (isCrossed ? Date.parse(pass.expected.at) : middle) / 1000);
      const number = mark(at, { mark: 'number', text: String(pass.index + 1), chosen });
      return isCrossed ? [number, mark(at, { mark: 'expected', text: '', chosen })] : [number];
    }),
  );
}

export function proposalFeatures(inquiry: Inquiry | undefined): Collection {
  if (inquiry?.proposals === undefined) return EMPTY;
  return collection(
    inquiry.proposals.legs.map(
      ({ from, to }, index): GeoJSON.Feature => ({
        type: 'Feature',
        properties: {
          text: String.fromCharCode(65 + index),
          chosen: inquiry.proposal === index,
          accepted: inquiry.verdicts.get(index) === 'accepted',
          ignored: inquiry.verdicts.get(index) === 'ignored',
        },
        geometry: {
          type: 'LineString',
          coordinates: [
            [from.lon, from.lat],
            [to.lon, to.lat],
          ],
        },
      }),
    ),
  );
}

/** What the legs say of the source that is shown. */
export function passesOf(inquiry: Inquiry): readonly PassWord[] {
  return shownSource(inquiry)?.passes ?? inquiry.estimate?.passes ?? [];
}

function lineOf({ time_s, lon, lat }: Samples, { startAt, endAt }: PassWord): [number, number][] {
  const from = time_s.findIndex((time) => time >= Date.parse(startAt) / 1000 - 0.5);
  const to = time_s.findLastIndex((time) => time <= Date.parse(endAt) / 1000 + 0.5);
  if (from === -1 || to <= from) return [];
  const step = Math.max(1, Math.floor((to - from) / MOST_POINTS));
  const line: [number, number][] = [];
  for (let i = from; i < to; i += step) line.push([lon[i]!, lat[i]!]);
  line.push([lon[to]!, lat[to]!]);
  return line;
}

/** The sample nearest in time. */
function placeAt({ time_s, lon, lat }: Samples, at_s: number): [number, number] {
  const after = time_s.findIndex((time) => time >= at_s);
  const i = after === -1 ? time_s.length - 1 : after;
  const j = i > 0 && at_s - time_s[i - 1]! < time_s[i]! - at_s ? i - 1 : i;
  return [lon[j]!, lat[j]!];
}

function mark(coordinates: [number, number], properties: Record<string, string | boolean>): GeoJSON.Feature {
  return { type: 'Feature', properties, geometry: { type: 'Point', coordinates } };
}
