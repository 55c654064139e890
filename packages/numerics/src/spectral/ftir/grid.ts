/**
 * Single-beam spectra as logarithms on an analysis grid. The instrument's own emission, measured with a cold or black
 * scene, is taken off; the rest is averaged over each grid band (Gaussian) before the logarithm, as a coarser instrument
 * would; bands where hardly any light is left are masked with their reason.
 */
import { bandAverages, interpolate, type SensorBands } from '../gas/resample.ts';

export interface SpectralWindow {
  readonly from_pcm: number;
  readonly to_pcm: number;
  /** Order of the polynomial that stands for scene and instrument in this window. */
  readonly baselineOrder: number;
}

export interface GridSettings {
  readonly windows: readonly SpectralWindow[];
  readonly step_pcm: number;
  readonly fwhm_pcm: number;
  /** Features of the air that library spectra of low resolution do not show: left out. */
  readonly excluded: readonly { readonly from_pcm: number; readonly to_pcm: number; readonly why: string }[];
  /** A band with less light than this share of its window's strongest tells nothing. */
  readonly leastLight: number;
}

/** Two windows of the air: 8-13 um and 3.5-4.2 um, where paths of hundreds of metres let light through. */
export const FTIR_GRID: GridSettings = {
  windows: [
    { from_pcm: 765, to_pcm: 1240, baselineOrder: 6 },
    { from_pcm: 2400, to_pcm: 2850, baselineOrder: 5 },
  ],
  step_pcm: 2,
  fwhm_pcm: 4,
  excluded: [{ from_pcm: 788, to_pcm: 795, why: 'Q branch of a hot band of carbon dioxide at 791.4 cm-1' }],
  leastLight: 0.04,
};

export interface SingleBeam {
  /** [point] rising [cm-1]. */
  readonly wavenumber_pcm: Float64Array;
  /** [point] power in any unit. */
  readonly power: Float64Array;
}

export interface LogGrid {
  readonly bands: SensorBands;
  /** [band] window it belongs to. */
  readonly windowOf: Int32Array;
  /** [spectrum][band] natural logarithm of the light that is not the instrument's own. */
  readonly logs: readonly Float64Array[];
  /** Bands of the grid left out, with the reason. */
  readonly masked: readonly { readonly centre_pcm: number; readonly reason: 'opaque' | 'not-covered' | 'excluded' }[];
}

/**
 * The spectra on the grid; a band masked in one spectrum is masked in all, so that amounts compare over time.
 * @throws RangeError when no band is left
 */
export function toLogGrid(
  spectra: readonly SingleBeam[],
  selfEmission: SingleBeam | undefined,
  settings: GridSettings = FTIR_GRID,
): LogGrid {
  const { centres, owners } = gridOf(settings);
  const bands = { centre_pcm: centres, fwhm_pcm: new Float64Array(centres.length).fill(settings.fwhm_pcm) };
  const powers = spectra.map((spectrum) =>
    bandAverages(spectrum.wavenumber_pcm, withoutSelf(spectrum, selfEmission), bands),
  );
  const reasons = owners.map((owner, band) => {
    const centre = centres[band]!;
    if (settings.excluded.some(({ from_pcm, to_pcm }) => centre >= from_pcm && centre <= to_pcm)) {
      return 'excluded' as const;
    }
    if (powers.some((power) => !Number.isFinite(power[band]!))) return 'not-covered' as const;
    const isDark = powers.some((power) => {
      const top = power.reduce((most, value, i) => (owners[i] === owner && value > most ? value : most), 0);
      return power[band]! <= settings.leastLight * top;
    });
    return isDark ? ('opaque' as const) : undefined;
  });
  const kept = owners.map((_, band) => band).filter((band) => reasons[band] === undefined);
  if (kept.length === 0) throw new RangeError('No band has light in every spectrum: check windows and self-emission.');
  const pick = (values: Float64Array) => Float64Array.from(kept, (band) => values[band]!);
  return {
    bands: { centre_pcm: pick(bands.centre_pcm), fwhm_pcm: pick(bands.fwhm_pcm) },
    windowOf: Int32Array.from(kept, (band) => owners[band]!),
    logs: powers.map((power) => pick(power).map(Math.log)),
    masked: reasons.flatMap((reason, band) => (reason === undefined ? [] : [{ centre_pcm: centres[band]!, reason }])),
  };
}

function gridOf({ windows, step_pcm }: GridSettings): { centres: Float64Array; owners: number[] } {
  const centres: number[] = [];
  const owners: number[] = [];
  windows.forEach(({ from_pcm, to_pcm }, owner) => {
    for (let centre = from_pcm; centre <= to_pcm; centre += step_pcm) {
      centres.push(centre);
      owners.push(owner);
    }
  });
  return { centres: Float64Array.from(centres), owners };
}

function withoutSelf({ wavenumber_pcm, power }: SingleBeam, self: SingleBeam | undefined): Float64Array {
  if (self === undefined) return power;
  const { wavenumber_pcm: axis, power: own } = self;
  const isSameAxis = axis.length === wavenumber_pcm.length && axis[0] === wavenumber_pcm[0];
  return power.map((value, i) => value - (isSameAxis ? own[i]! : interpolate(axis, own, wavenumber_pcm[i]!)));
}

/** Chebyshev polynomials over each window, zero outside it: the columns that scene and instrument may have. */
export function baselineColumns(grid: LogGrid, windows: readonly SpectralWindow[]): Float64Array[] {
  return windows.flatMap(({ from_pcm, to_pcm, baselineOrder }, owner) => {
    if (!grid.windowOf.includes(owner)) return [];
    return Array.from({ length: baselineOrder + 1 }, (_, order) =>
      grid.bands.centre_pcm.map((centre, band) => {
        if (grid.windowOf[band] !== owner) return 0;
        const t = (2 * (centre - from_pcm)) / (to_pcm - from_pcm) - 1;
        return Math.cos(order * Math.acos(Math.max(-1, Math.min(1, t))));
      }),
    );
  });
}
