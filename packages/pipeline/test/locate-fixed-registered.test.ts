import { localFrameAt, type SampleContext, type SampleSeries } from '@plumeline/core';
import { airFrom } from '@plumeline/numerics';
import { describe, expect, it } from 'vitest';
import { toFixedProblem } from '../src/fixed-problem.ts';
import type { IngestedRecording } from '../src/ingest.ts';
import { locateFixed } from '../src/locate-fixed.ts';

const frame = localFrameAt({ lat: 48, lon: 11 });
const HEIGHT_M = 0.5;

/** Ten points on two arcs downwind of a source of 6 kg/h at the frame's origin, one ten-minute mean. */
function recording(context: Partial<SampleContext> = {}, columns: Partial<SampleSeries> = {}): IngestedRecording {
  const places = [40, 70].flatMap((radius) =>
    Array.from({ length: 5 }, (_, i) => {
      const angle = ((i - 2) * 9 * Math.PI) / 180;
      return { radius, angle, ...frame.toPosition(radius * Math.cos(angle), radius * Math.sin(angle)) };
    }),
  );
  const count = places.length;
  const air = airFrom({ from_rad: 1.5 * Math.PI, speed_mps: 4, speedHeight_m: 2, roughness_m: 0.03 });
  const series: SampleSeries = {
    substance: 'methane',
    count,
    time_s: new Float64Array(count).fill(1.7e9),
    lat_deg: Float64Array.from(places, ({ lat }) => lat),
    lon_deg: Float64Array.from(places, ({ lon }) => lon),
    heightAgl_m: new Float64Array(count).fill(1.5),
    moleFraction_ppm: Float64Array.from(places, ({ radius, angle }, i) => {
      const width = 0.12;
      return 2 + 0.004 * Math.sin(9 * i) + (70 / radius) ** 1.6 * 3 * Math.exp(-0.5 * (angle / width) ** 2);
    }),
    windEast_mps: new Float64Array(count).fill(air.towardEast * 4),
    windNorth_mps: new Float64Array(count).fill(air.towardNorth * 4),
    instrument: Int32Array.from({ length: count }, (_, i) => i),
    instruments: places.map((_, i) => ({ name: `p${i}`, group: 'arc' })),
    source: {
      files: ['arcs.csv'],
      file: new Int32Array(count),
      row: Int32Array.from({ length: count }, (_, i) => i + 2),
    },
    context: {
      lag_s: 0,
      averaging_s: 600,
      airTemperature_K: 290,
      airPressure_Pa: 95_000,
      sourceHeightAgl_m: HEIGHT_M,
      ...context,
    },
    excluded: [],
    ...columns,
  };
  const [startAt, endAt] = ['2023-11-14T22:13:20Z', '2023-11-14T22:23:20Z'];
  return {
    recording: {
      id: 'sha256-0',
      kind: 'recording',
      name: 'arcs',
      exercise: true,
      substance: 'methane',
      startAt,
      endAt,
      sampleCount: count,
      excluded: [],
      files: [],
      extent: [11, 48, 11, 48],
      provenance: { objects: [], derivedFrom: [], software: 'test' },
    },
    series,
  } as unknown as IngestedRecording;
}

const located = (of: IngestedRecording) => locateFixed(of, [], { software: 'test' });

describe('what a recording says besides its readings', () => {
  it('registered sources go to the engine in local metres', () => {
    const registeredSources = [{ position: frame.toPosition(12, -7), rate_kgph: 3, lnRateSd: 0.2 }];
    const { problem } = toFixedProblem(recording({ registeredSources }).series, frame);
    expect(problem.known).toEqual([
      { x_m: expect.closeTo(12, 3), y_m: expect.closeTo(-7, 3), rate_kgph: 3, lnRateSd: 0.2 },
    ]);
    expect(toFixedProblem(recording().series, frame).problem.known).toBeUndefined();
  });

  it('a source on record is not claimed a second time', { timeout: 200_000 }, () => {
    const [source] = located(recording()).sources;
    expect(source!.lnBayesFactor).toBeGreaterThan(5);
    const { position, rate_kgph } = source!;
    const registeredSources = [{ position, rate_kgph: rate_kgph.p50, lnRateSd: 0.3 }];
    const { sources, nullResult } = located(recording({ registeredSources }));
    expect(sources).toHaveLength(0);
    expect(nullResult!.lnBayesFactor).toBeLessThan(5);
  });

  it('bounds keep their rows through the ordering by time', () => {
    const { series } = recording(
      {},
      { bound: Int8Array.from({ length: 10 }, (_, i) => (i === 3 ? -1 : i === 5 ? 1 : 0)) },
    );
    const reversed = { ...series, time_s: series.time_s.map((time, i) => time - 600 * i) };
    const { problem, order } = toFixedProblem(reversed, frame);
    expect([order[0], order[9]]).toEqual([9, 0]);
    expect(problem.bound![6]).toBe(-1);
    expect(problem.bound![4]).toBe(1);
    expect(problem.bound!.filter((side) => side !== 0)).toHaveLength(2);
    expect(toFixedProblem(recording().series, frame).problem.bound).toBeUndefined();
  });

  it("the reader's caveats reach the estimate, with what is known of the height", { timeout: 200_000 }, () => {
    const caveats = [{ code: 'stuck-sensor', params: { rows: 4 } }];
    const { sourceHeightAgl_m: _, ...context } = recording().series.context;
    const { sources } = located(recording({}, { caveats, context }));
    const codes = sources[0]!.caveats.map(({ code }) => code);
    expect(codes).toContain('stuck-sensor');
    expect(codes).toContain('source-height-inferred');
    expect(codes).not.toContain('source-height-assumed');
  });

  it('without wind it repeats why there is none', () => {
    const {
      windEast_mps: _e,
      windNorth_mps: _n,
      ...series
    } = recording({
      windAbsentReason: 'the log has no station file',
    }).series;
    expect(() => located({ ...recording(), series })).toThrow(/carry no wind.*the log has no station file/);
  });
});
