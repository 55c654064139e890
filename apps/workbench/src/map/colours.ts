/** The colours of data, per theme. One accent means "the finding"; measured gas is cividis. */
import type { Theme } from '../shell/theme.ts';

/**
 * Cividis at t in [0, 1] (Nuñez, Anderton, Renslow 2018; polynomial of d3-scale-chromatic): even to the eye and the
 * same with red-green colour blindness. Answers [red, green, blue] in 0..255.
 */
export function cividis(t: number): [number, number, number] {
  const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  return [
    byte(-4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57))))),
    byte(32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37))))),
    byte(81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67))))),
  ];
}

const RAMP_STEPS = 10;

/** Stops `[t, css colour]`, low to high. On a light ground the ramp runs the other way, so that high values stand out. */
export function concentrationRamp(theme: Theme): [number, string][] {
  return Array.from({ length: RAMP_STEPS + 1 }, (_, step) => {
    const t = step / RAMP_STEPS;
    // The darkest fifth vanishes on the dark ground: start above it.
    const at = theme === 'dark' ? 0.12 + 0.88 * t : 0.96 - 0.96 * t;
    return [t, `rgb(${cividis(at).join(' ')})`];
  });
}

export interface MapInk {
  readonly water: string;
  readonly land: string;
  readonly border: string;
  readonly state: string;
  readonly grid: string;
  readonly gridName: string;
  readonly municipality: string;
  readonly label: string;
  readonly halo: string;
  readonly ink: string;
  readonly track: string;
  readonly finding: string;
  readonly findingRgb: readonly [number, number, number];
  readonly searched: string;
  /** What a leg says: for the source, against it, little or not used. ColorBrewer's PiYG, safe for colour blindness. */
  readonly legFor: string;
  readonly legAgainst: string;
  readonly legQuiet: string;
}

export const MAP_INK: Record<Theme, MapInk> = {
  dark: {
    water: '#0b1015',
    land: '#182028',
    border: '#52606e',
    state: '#3d4955',
    grid: '#212b35',
    gridName: '#6d7c8a',
    municipality: '#2a343e',
    label: '#8896a4',
    halo: '#10161c',
    ink: '#e8edf2',
    track: '#04070a',
    finding: '#ff8f5a',
    findingRgb: [255, 143, 90],
    searched: '#6fa8c7',
    legFor: '#8fcf5c',
    legAgainst: '#ef7cc0',
    legQuiet: '#7d8b98',
  },
  light: {
    water: '#d9e3ea',
    land: '#f5f5f1',
    border: '#8a98a5',
    state: '#b1bbc4',
    grid: '#e6e8e6',
    gridName: '#8a95a0',
    municipality: '#d7dce0',
    label: '#5c6975',
    halo: '#fbfbf9',
    ink: '#17202a',
    track: '#ccd4da',
    finding: '#b5451b',
    findingRgb: [181, 69, 27],
    searched: '#2f6f94',
    legFor: '#3d7f16',
    legAgainst: '#b81f7c',
    legQuiet: '#8592a0',
  },
};
