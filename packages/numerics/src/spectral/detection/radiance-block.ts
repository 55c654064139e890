/**
 * A block of radiance and its logarithm about each column: ln L = ln rho + ln gain_sb + ln T_b + m tau_b. In logarithms
 * brightness, column gain and gas add, so that columns share one background and strong plumes stay (nearly) linear.
 */
export interface RadianceBlock {
  readonly lines: number;
  readonly samples: number;
  readonly bands: number;
  /** Any unit, [line x sample x band]. */
  readonly radiance: Float32Array | Float64Array;
  /** 0 where a pixel is not to be used (line x sample): no data, saturated, cloud. Default: all usable. */
  readonly usable?: Uint8Array;
}

export interface LogBlock {
  readonly lines: number;
  readonly samples: number;
  readonly bands: number;
  /** ln radiance minus the column's median in each band, [line x sample x band]. */
  readonly y: Float32Array;
  /** 1 where the pixel has a finite, positive spectrum. */
  readonly usable: Uint8Array;
  readonly usableCount: number;
}

/** ln L is cut at this far below the pixel's own level: what noise does to a dark pixel's logarithm is no signal. */
const LARGEST_DROP = Math.log(8);

/** @throws RangeError when sizes disagree or no pixel can be used. */
export function logBlock(block: RadianceBlock): LogBlock {
  const { lines, samples, bands, radiance } = block;
  if (radiance.length !== lines * samples * bands)
    throw new RangeError(
      `${radiance.length} radiances are not ${lines} lines x ${samples} samples x ${bands} bands; check the header.`,
    );
  const usable = usablePixels(block);
  const usableCount = usable.reduce((sum, value) => sum + value, 0);
  if (usableCount === 0) throw new RangeError('No pixel of this block has a finite, positive spectrum.');
  const reference = meanSpectrum(block, usable);
  const y = new Float32Array(radiance.length);
  for (let p = 0; p < usable.length; p++) if (usable[p] === 1) logPixel(radiance, reference, y, p * bands, bands);
  centreColumns(y, usable, block);
  return { lines, samples, bands, y, usable, usableCount };
}

function usablePixels({ lines, samples, bands, radiance, usable }: RadianceBlock): Uint8Array {
  const mask = new Uint8Array(lines * samples);
  for (let p = 0; p < mask.length; p++) {
    if (usable !== undefined && usable[p] === 0) continue;
    let sum = 0;
    for (let b = 0; b < bands; b++) sum += radiance[p * bands + b];
    // A sum that is finite and positive has no missing value; single bands may dip below zero by noise.
    mask[p] = Number.isFinite(sum) && sum > 0 ? 1 : 0;
  }
  return mask;
}

function meanSpectrum({ bands, radiance }: RadianceBlock, usable: Uint8Array): Float64Array {
  const mean = new Float64Array(bands);
  let count = 0;
  for (let p = 0; p < usable.length; p++) {
    if (usable[p] === 0) continue;
    count++;
    for (let b = 0; b < bands; b++) mean[b] += radiance[p * bands + b];
  }
  if (mean.some((value) => !(value > 0)))
    throw new RangeError('A band has no light on average: leave dead bands out before looking for gas.');
  return mean.map((value) => value / count);
}

function logPixel(
  radiance: Float32Array | Float64Array,
  reference: Float64Array,
  y: Float32Array,
  at: number,
  bands: number,
): void {
  let [sum, whole] = [0, 0];
  for (let b = 0; b < bands; b++) {
    sum += radiance[at + b];
    whole += reference[b];
  }
  const level = Math.log(sum / whole);
  for (let b = 0; b < bands; b++) {
    const ratio = Math.log(Math.max(radiance[at + b] / reference[b], 1e-12)) - level;
    y[at + b] = level + Math.max(-LARGEST_DROP, Math.min(LARGEST_DROP, ratio));
  }
}

function centreColumns(y: Float32Array, usable: Uint8Array, { lines, samples, bands }: RadianceBlock): void {
  const values = new Float32Array(lines);
  for (let s = 0; s < samples; s++)
    for (let b = 0; b < bands; b++) {
      let count = 0;
      for (let l = 0; l < lines; l++) {
        const p = l * samples + s;
        if (usable[p] === 1) values[count++] = y[p * bands + b];
      }
      if (count === 0) continue;
      const centre = values.subarray(0, count).sort()[count >> 1];
      for (let l = 0; l < lines; l++) y[(l * samples + s) * bands + b] -= centre;
    }
}
