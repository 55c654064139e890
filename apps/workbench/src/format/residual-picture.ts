/** Measured less fitted, over time, as one path: least and most in each column of the picture. */
import type { Samples } from '../data/api.ts';

export const RESIDUAL_WIDTH = 390;
export const RESIDUAL_HEIGHT = 84;

export interface ResidualPicture {
  readonly path: string;
  /** Half of the picture's height. */
  readonly most_ppm: number;
  /** Median of the absolute residuals. */
  readonly typical_ppm: number;
}

/** @returns undefined where there is no fit of the same length, or no sample with both */
export function residualPicture(
  { time_s, moleFraction_ppm }: Pick<Samples, 'time_s' | 'moleFraction_ppm'>,
  fitted: readonly (number | null)[] | undefined,
): ResidualPicture | undefined {
  if (fitted === undefined || fitted.length !== time_s.length) return undefined;
  const columns = new Map<number, [number, number]>();
  const sizes: number[] = [];
  const start = time_s[0]!;
  const length = time_s.at(-1)! - start || 1;
  for (let i = 0; i < time_s.length; i++) {
    const measured = moleFraction_ppm[i];
    const model = fitted[i];
    if (measured == null || model == null) continue;
    const residual = measured - model;
    const x = Math.min(RESIDUAL_WIDTH - 1, Math.floor((RESIDUAL_WIDTH * (time_s[i]! - start)) / length));
    const [low, high] = columns.get(x) ?? [residual, residual];
    columns.set(x, [Math.min(low, residual), Math.max(high, residual)]);
    sizes.push(Math.abs(residual));
  }
  if (sizes.length === 0) return undefined;
  sizes.sort((a, b) => a - b);
  const most_ppm = sizes.at(-1)! || 1;
  const y = (value: number) => (RESIDUAL_HEIGHT / 2 - (value / most_ppm) * (RESIDUAL_HEIGHT / 2 - 3)).toFixed(1);
  const path = [...columns].map(([x, [low, high]]) => `M${x + 0.5} ${y(high)}V${Number(y(low)) + 0.8}`).join('');
  return { path, most_ppm, typical_ppm: sizes[sizes.length >> 1]! };
}
