/** The cividis scale (Nuñez, Anderton & Renslow 2018, PLOS ONE 13(7): e0199239): even to the eye, also colour-blind. */

/** Ten evenly spaced colours of the published table, dark to light; linear between them. */
const CIVIDIS: readonly (readonly [number, number, number])[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];

/** Share of white mixed into the lowest values; falls off with the cube, so that only clean air is pale. */
const PALEST = 0.6;

/**
 * Hex colour at a fraction in [0, 1]; 0 is pale and 1 dark, so that high values stand out on a light ground. Lightness
 * falls all the way, as it does in the published scale.
 */
export function cividisOnLight(fraction: number): string {
  const clamped = Math.min(1, Math.max(0, fraction));
  const at = (1 - clamped) * (CIVIDIS.length - 1);
  const low = Math.min(CIVIDIS.length - 2, Math.floor(at));
  const white = PALEST * (1 - clamped) ** 3;
  const mixed = CIVIDIS[low]!.map((value, channel) => {
    const pure = value + (at - low) * (CIVIDIS[low + 1]![channel]! - value);
    return pure + white * (255 - pure);
  });
  return `#${mixed.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
