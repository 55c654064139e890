/**
 * Reflectance of surfaces from 2.06 to 2.56 um as short formulas, so that exercises need no spectral library:
 *
 *   rho(lambda) = level (1 + slope u + bend u^2) prod_i (1 - depth_i exp(-((lambda - centre_i) / width_i)^2)),
 *   u = (lambda - 2300 nm) / 200 nm.
 *
 * Positions and relative depths of features follow Clark 1999 (clays 2165 and 2206 nm, carbonate 2335 nm, Mg-OH 2315 and
 * 2385 nm, gypsum 2217 and 2268 nm), Elvidge 1990 (cellulose and lignin 2100, 2272, 2340 nm) and Asner & al. 2018,
 * Garaba & Dierssen 2018 (hydrocarbons and plastics: C-H at 2310 and 2350 nm). Levels are typical, not measured.
 */
export interface SurfaceSpectrum {
  readonly name: string;
  readonly level: number;
  readonly slope: number;
  readonly bend: number;
  /** [centre nm, width nm, depth]. */
  readonly features: readonly (readonly [number, number, number])[];
  /** C-H or carbonate features where methane absorbs: what detection must not take for gas. */
  readonly lookAlike: boolean;
}

type Feature = readonly [number, number, number];

const surface = (
  name: string,
  level: number,
  slope: number,
  bend: number,
  features: readonly Feature[] = [],
  lookAlike = false,
): SurfaceSpectrum => ({ name, level, slope, bend, features, lookAlike });

const CELLULOSE: readonly Feature[] = [
  [2100, 55, 0.16],
  [2272, 38, 0.06],
  [2340, 30, 0.1],
  [2480, 45, 0.12],
];
const CLAY: readonly Feature[] = [
  [2206, 16, 0.18],
  [2165, 14, 0.07],
  [2380, 22, 0.03],
];

export const SURFACES: readonly SurfaceSpectrum[] = [
  surface('quartz sand', 0.5, -0.02, -0.02, [[2206, 18, 0.03]]),
  surface('desert pavement', 0.32, -0.03, -0.01, [
    [2206, 22, 0.05],
    [2345, 30, 0.02],
  ]),
  surface('kaolinite soil', 0.42, -0.12, -0.05, CLAY),
  surface('smectite soil', 0.38, -0.1, -0.04, [[2208, 26, 0.1]]),
  surface('gypsum playa', 0.36, -0.3, 0.02, [
    [2217, 24, 0.14],
    [2268, 18, 0.07],
    [2430, 50, 0.2],
  ]),
  surface('basalt', 0.12, 0.04, 0.01, [[2315, 28, 0.02]]),
  surface('granite', 0.34, -0.05, -0.02, [
    [2200, 20, 0.05],
    [2345, 26, 0.03],
  ]),
  surface('dry grass', 0.34, -0.2, -0.08, CELLULOSE),
  surface('brush', 0.2, -0.3, -0.1, [
    [2100, 60, 0.1],
    [2310, 40, 0.05],
    [2470, 50, 0.15],
  ]),
  surface('green crop', 0.12, -0.4, -0.12, [
    [2130, 70, 0.08],
    [2460, 60, 0.25],
  ]),
  surface('forest', 0.07, -0.35, -0.1, [
    [2130, 70, 0.1],
    [2460, 60, 0.2],
  ]),
  surface('bare field', 0.28, -0.06, -0.03, [[2207, 22, 0.07]]),
  surface('asphalt', 0.13, 0.08, 0.01, [
    [2310, 11, 0.02],
    [2350, 14, 0.02],
  ]),
  surface('concrete', 0.3, -0.06, -0.03, [
    [2335, 34, 0.04],
    [2210, 30, 0.02],
  ]),
  surface('brick', 0.4, 0.03, -0.01, [[2206, 25, 0.02]]),
  surface('metal roof', 0.45, 0.05, 0.01),
  surface('water', 0.008, -0.1, 0),
  surface('wet sand', 0.12, -0.25, -0.06, [[2206, 20, 0.03]]),
  surface('snow', 0.05, -0.55, 0.7, [[2050, 80, 0.7]]),
  surface('old snow', 0.025, -0.45, 0.6, [[2050, 80, 0.6]]),
  surface('dark rock', 0.16, 0.02, 0, [[2330, 24, 0.03]]),
  surface('limestone', 0.45, -0.12, -0.1, [[2335, 32, 0.22]], true),
  surface('dolomite', 0.42, -0.12, -0.1, [[2318, 32, 0.22]], true),
  surface(
    'serpentine',
    0.22,
    -0.06,
    -0.03,
    [
      [2318, 18, 0.16],
      [2385, 20, 0.06],
    ],
    true,
  ),
  surface(
    'bitumen roof',
    0.09,
    0.05,
    0.02,
    [
      [2308, 10, 0.06],
      [2350, 13, 0.06],
    ],
    true,
  ),
  surface(
    'painted roof',
    0.5,
    -0.15,
    -0.08,
    [
      [2305, 9, 0.1],
      [2345, 12, 0.12],
      [2275, 14, 0.04],
    ],
    true,
  ),
  surface(
    'polyethylene sheet',
    0.45,
    -0.2,
    -0.1,
    [
      [2310, 10, 0.3],
      [2350, 12, 0.28],
      [2420, 22, 0.25],
      [2265, 16, 0.08],
    ],
    true,
  ),
  surface(
    'PVC tarpaulin',
    0.4,
    -0.15,
    -0.08,
    [
      [2308, 12, 0.14],
      [2345, 10, 0.06],
      [2430, 18, 0.2],
    ],
    true,
  ),
  surface(
    'solar panel',
    0.06,
    -0.2,
    0.05,
    [
      [2308, 14, 0.12],
      [2350, 14, 0.12],
      [2205, 20, 0.06],
    ],
    true,
  ),
];

/** @throws RangeError for a name that is not in `SURFACES`. */
export function surfaceNamed(name: string): SurfaceSpectrum {
  const found = SURFACES.find((entry) => entry.name === name);
  if (found === undefined)
    throw new RangeError(`No surface "${name}"; known: ${SURFACES.map((s) => s.name).join(', ')}.`);
  return found;
}

/** Reflectance at band centres; features are far wider than the bands. */
export function reflectance(spectrum: SurfaceSpectrum, centre_nm: Float64Array): Float64Array {
  return centre_nm.map((nm) => {
    const u = (nm - 2300) / 200;
    const shape = 1 + spectrum.slope * u + spectrum.bend * u * u;
    const kept = spectrum.features.reduce(
      (share, [centre, width, depth]) => share * (1 - depth * Math.exp(-(((nm - centre) / width) ** 2))),
      1,
    );
    return Math.max(0.001, spectrum.level * shape * kept);
  });
}

/**
 * A relative of a spectrum, as real mixtures are: level, slope and the depth and place of every feature drawn around
 * its own. `draw` gives standard normals.
 */
export function variantOf(spectrum: SurfaceSpectrum, draw: () => number): SurfaceSpectrum {
  return {
    ...spectrum,
    level: spectrum.level * Math.exp(0.15 * draw()),
    slope: spectrum.slope + 0.04 * draw(),
    bend: spectrum.bend + 0.02 * draw(),
    features: [
      ...spectrum.features.map(
        ([centre, width, depth]): Feature => [
          centre + 2 * draw(),
          width * Math.exp(0.1 * draw()),
          Math.min(0.9, depth * Math.exp(0.25 * draw())),
        ],
      ),
      // Traces of minerals anywhere in the window: what makes two soils differ.
      ...Array.from({ length: 3 }, (): Feature => [2300 + 110 * draw(), 30 * Math.exp(0.4 * draw()), 0.012 * draw()]),
    ],
  };
}
