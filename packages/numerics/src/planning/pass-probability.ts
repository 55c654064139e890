/**
 * Probability that one crossing is seen.
 *
 *   P_pass(SNR) = (1 - miss) E_A[Phi(A SNR - threshold)],   A log-normal, mean 1            inversion.md, next-leg.md (3)
 */
import { erfcScaled } from '../dispersion/special-functions.ts';
import { type CrossingSettings, lnAmplitudeSd } from './survey-model.ts';

/** Phi(x), relative error 1e-7. */
export function normalCdf(x: number): number {
  const z = -x * Math.SQRT1_2;
  return z < 0 ? 0.5 * erfcScaled(z) : 0.5 * erfcScaled(z) * Math.exp(-z * z);
}

/** Midpoint rule over +-4 deviations of ln A: 1e-6 for any SNR, as the integrand is smooth. */
const NODES = 48;
const SPAN = 4;

/** P_pass by quadrature over A. */
export function passProbability(snr: number, settings: CrossingSettings): number {
  const sd = lnAmplitudeSd(settings.amplitudeSd);
  const step = (2 * SPAN) / NODES;
  let [sum, weights] = [0, 0];
  for (let n = 0; n < NODES; n++) {
    const z = -SPAN + (n + 0.5) * step;
    const weight = Math.exp(-0.5 * z * z);
    sum += weight * normalCdf(Math.exp(sd * z - 0.5 * sd * sd) * snr - settings.threshold);
    weights += weight;
  }
  return ((1 - settings.miss) * sum) / weights;
}

const LN_SNR_START = Math.log(0.3);
const LN_SNR_STEP = 0.02;
/** To an SNR of 300, where only the miss is left. */
const TABLE_NODES = 347;

/** P_pass as a function of ln SNR, tabulated; linear between nodes to 1e-4. */
export function passProbabilityTable(settings: CrossingSettings): (lnSnr: number) => number {
  const table = Float64Array.from({ length: TABLE_NODES }, (_, n) =>
    passProbability(Math.exp(LN_SNR_START + n * LN_SNR_STEP), settings),
  );
  return (lnSnr) => {
    const at = (lnSnr - LN_SNR_START) / LN_SNR_STEP;
    if (!(at > 0)) return 0;
    if (at >= TABLE_NODES - 1) return table[TABLE_NODES - 1];
    const node = at | 0;
    return table[node] + (at - node) * (table[node + 1] - table[node]);
  };
}
