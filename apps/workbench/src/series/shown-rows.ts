import type { Samples } from '../data/api.ts';
import type { SeriesColumns } from './series-plot.ts';

export interface ShownRows {
  readonly columns: SeriesColumns;
  /** Index into the fetched samples of each drawn one; absent when they are the same. */
  readonly rows?: readonly number[];
  readonly instrument?: number;
  readonly instruments?: readonly { readonly name: string }[];
}

/** All samples of a flight, or those of one fixed instrument. */
export function usableRows(samples: Samples | undefined, wanted: string | undefined): ShownRows | undefined {
  if (samples === undefined) return undefined;
  const nothing = samples.time_s.map(() => null);
  const whole = {
    time_s: samples.time_s,
    measured: samples.moleFraction_ppm,
    background: samples.background_ppm ?? nothing,
    model: samples.fitted_ppm ?? nothing,
  };
  if (samples.instrument === undefined || samples.instruments === undefined) return { columns: whole };
  const chosen = Number(wanted ?? samples.instrument[0] ?? 0);
  const rows = samples.instrument.flatMap((instrument, row) => (instrument === chosen ? [row] : []));
  const pick = <T>(column: readonly T[]) => rows.map((row) => column[row]!);
  return {
    columns: {
      time_s: pick(whole.time_s),
      measured: pick(whole.measured),
      background: pick(whole.background),
      model: pick(whole.model),
    },
    rows,
    instrument: chosen,
    instruments: samples.instruments,
  };
}
