import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CandidateLeg,
  candidateLegs,
  DEFAULT_CROSSING,
  drawsFromSummary,
  passProbability,
  rankNextLegs,
  type SurveyConditions,
  type SurveyLeg,
  seededGenerator,
} from '../src/index.ts';
import { cross, lookAlong, newCrossing, plumeProfile } from '../src/planning/crossing.ts';
import {
  drawOutcome,
  expectedGain,
  type Outcome,
  outcomeLikelihoods,
  outerNumbers,
  type Predictions,
  predict,
  type SourceDraws,
} from '../src/planning/expected-gain.ts';
import { normalFrom } from '../src/planning/generator.ts';
import { normalCdf, passProbabilityTable } from '../src/planning/pass-probability.ts';

/** Wind from the west at 4 m/s, methane at 298 K. */
const conditions: SurveyConditions = {
  windFrom_rad: 1.5 * Math.PI,
  windSpeed_mps: 4,
  windHeight_m: 10,
  windDirectionSd_rad: 0.06,
  roughness_m: 0.05,
  sigmaV_mps: 0.6,
  sigmaW_mps: 0.35,
  mixingHeight_m: Number.POSITIVE_INFINITY,
  sourceHeight_m: 1,
  noise_ppm: 0.005,
  samplingInterval_s: 1,
  ppmPerKgM3: 1.5e6,
};
const platform = { groundSpeed_mps: 8, heightsAgl_m: [12, 20], turnRadius_m: 10, shortestLeg_m: 80 };
const area = { west_m: -300, south_m: -300, east_m: 300, north_m: 300 };

/** North-south leg at x, across the wind. */
function acrossAt(x: number, half: number, heightAgl_m = 12): SurveyLeg {
  return { fromX_m: x, fromY_m: -half, toX_m: x, toY_m: half, heightAgl_m, groundSpeed_mps: 8 };
}

/** A cloud of draws, long along the wind: as a single crossing leaves it. */
function cloud(count: number, seed: number, sd: readonly [number, number] = [60, 25]): SourceDraws {
  const next = seededGenerator(seed);
  const column = (make: () => number) => Float64Array.from({ length: count }, make);
  return {
    count,
    x_m: column(() => -80 + sd[0] * normalFrom(next)),
    y_m: column(() => sd[1] * normalFrom(next)),
    rate_kgph: column(() => 4 * Math.exp(0.6 * normalFrom(next))),
  };
}

const profile = plumeProfile(conditions, DEFAULT_CROSSING);
const shiftSd = Math.hypot(profile.meanderSd_rad, conditions.windDirectionSd_rad);
const predictionsOf = (leg: SurveyLeg, draws: SourceDraws) =>
  predict(lookAlong(leg, conditions, DEFAULT_CROSSING, profile), draws, shiftSd, DEFAULT_CROSSING);

describe('one crossing', () => {
  it('has the SNR of the closed form on a long leg across the wind, and its centroid and width', () => {
    const crossing = newCrossing();
    expect(cross(lookAlong(acrossAt(150, 3000), conditions, DEFAULT_CROSSING, profile), 0, 7, 0, crossing)).toBe(true);
    expect(crossing.distance_m).toBeCloseTo(150, 6);
    expect(crossing.centroid_m).toBeCloseTo(3007, 6);
    const node = Math.log(150) / 0.05;
    const at = (column: Float64Array) => {
      const t = node - Math.floor(node);
      return column[Math.floor(node)] * (1 - t) + column[Math.ceil(node)] * t;
    };
    const [sigmaY, sigmaZ] = [at(profile.sigmaY_m), at(profile.sigmaZ_m)];
    expect(crossing.width_m / sigmaY).toBeCloseTo(1, 3);
    const vertical = Math.exp(-0.5 * (11 / sigmaZ) ** 2) + Math.exp(-0.5 * (13 / sigmaZ) ** 2);
    const peak = (at(profile.strength) * vertical) / sigmaZ;
    // inversion.md: SNR^2 = (c_max / sigma)^2 sqrt(pi) sigma_y f_s / v, less what a level takes: 2 sqrt(pi) sigma_y / L.
    const closed = (peak / 0.005) ** 2 * Math.sqrt(Math.PI) * sigmaY * (1 / 8);
    const level = 1 - (2 * Math.sqrt(Math.PI) * sigmaY) / 6000;
    expect(crossing.snr[1] / Math.sqrt(closed * level)).toBeCloseTo(1, 3);
  });

  it('is nothing upwind of the source, and follows the turn of the wind', () => {
    const crossing = newCrossing();
    expect(cross(lookAlong(acrossAt(-10, 300), conditions, DEFAULT_CROSSING, profile), 0, 0, 0, crossing)).toBe(false);
    const look = lookAlong(acrossAt(100, 300), conditions, DEFAULT_CROSSING, profile);
    cross(look, 0, 0, 0.1, crossing);
    // Clockwise turn of air that goes east carries it south: centroid at y = -100 tan 0.1.
    expect(crossing.centroid_m - 300).toBeCloseTo(-100 * Math.tan(0.1), 0);
  });

  it('that is short loses what a level and a slope explain, never more', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20, max: 2000, noNaN: true }),
        fc.double({ min: 30, max: 400, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (half, x, y) => {
          const crossing = newCrossing();
          const short = lookAlong(acrossAt(x, half), conditions, DEFAULT_CROSSING, profile);
          const isCrossed = cross(short, 0, y, 0, crossing);
          const few = isCrossed ? crossing.snr[1] : 0;
          cross(lookAlong(acrossAt(x, 20_000), conditions, DEFAULT_CROSSING, profile), 0, y, 0, crossing);
          return few >= 0 && few <= crossing.snr[1] * 1.001;
        },
      ),
    );
  });

  it('is seen with the probability of a plain simulation of A and noise', () => {
    const next = seededGenerator(5);
    const sd = Math.sqrt(Math.log(1 + 0.45 ** 2));
    for (const snr of [3, 6, 10, 25]) {
      let seen = 0;
      const trials = 40_000;
      for (let i = 0; i < trials; i++) {
        const amplitude = Math.exp(sd * normalFrom(next) - 0.5 * sd * sd);
        if (next() >= 0.05 && amplitude * snr + normalFrom(next) > 6) seen++;
      }
      // Three standard errors of the simulation.
      expect(Math.abs(passProbability(snr, DEFAULT_CROSSING) - seen / trials)).toBeLessThan(
        3 * Math.sqrt(0.25 / trials),
      );
      expect(passProbabilityTable(DEFAULT_CROSSING)(Math.log(snr))).toBeCloseTo(
        passProbability(snr, DEFAULT_CROSSING),
        4,
      );
    }
  });
});

/** ln p(y | theta_m) from the formulas of expected-gain.ts, written out plainly. */
function lnDensity(p: Predictions, m: number, y: Outcome): number {
  const s = DEFAULT_CROSSING;
  const gauss = (x: number, mean: number, sd: number) =>
    Math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
  let sum = 0;
  for (let k = 0; k < p.nodes; k++) {
    const at = m * p.nodes + k;
    if (p.lnSnr[at] === Number.NEGATIVE_INFINITY) continue;
    sum +=
      p.weight[k] *
      (y.isSeen
        ? gauss(y.centroid_m, p.centroid_m[at], p.centroidSd_m[at]) *
          gauss(y.lnWidth, p.lnWidth[at], s.widthLnSd) *
          gauss(y.lnSnr, p.lnSnr[at], p.lnSnrSd[at])
        : normalCdf((p.lnSnr[at] - Math.log(s.threshold)) / p.lnSnrSd[at]));
  }
  const plume = (1 - s.otherCause) * (1 - s.miss) * sum;
  if (!y.isSeen) return Math.log(1 - s.otherCause - plume);
  return Math.log(s.otherCause / (p.length_m * 3 * 5) + plume);
}

describe('expected gain', () => {
  it('is that of brute force: every outcome of a small case integrated on a grid', () => {
    const draws: SourceDraws = { count: 3, x_m: [-100, 0, -40], y_m: [0, 20, -60], rate_kgph: [3, 3, 1] };
    const p = predictionsOf(acrossAt(80, 150), draws);
    let truth = 0;
    const lnPrior = Math.log(draws.count);
    const add = (y: Outcome, volume: number) => {
      const ln = [0, 1, 2].map((m) => lnDensity(p, m, y));
      const mean = Math.log(ln.reduce((sum, value) => sum + Math.exp(value), 0)) - lnPrior;
      for (const value of ln) truth += (Math.exp(value) * volume * (value - mean)) / draws.count;
    };
    add({ isSeen: false, centroid_m: 0, lnWidth: 0, lnSnr: 0 }, 1);
    const [dc, dw, da] = [4, 0.12, 0.12];
    for (let c = -200; c < 500; c += dc) {
      for (let w = 0; w < 7; w += dw) {
        for (let a = Math.log(6) + da / 2; a < 8; a += da) {
          add({ isSeen: true, centroid_m: c + dc / 2, lnWidth: w, lnSnr: a }, dc * dw * da);
        }
      }
    }
    const estimate = expectedGain(p, outerNumbers(3, 8000, seededGenerator(1)), DEFAULT_CROSSING);
    expect(truth).toBeGreaterThan(0.3);
    expect(Math.abs(estimate.gain_nats - truth)).toBeLessThan(4 * estimate.standardError_nats + 0.005);
  });

  it('is zero where nothing can be told, and never above ln of the number of draws', () => {
    const same: SourceDraws = { count: 4, x_m: [0, 0, 0, 0], y_m: [0, 0, 0, 0], rate_kgph: [3, 3, 3, 3] };
    const numbers = outerNumbers(4, 50, seededGenerator(2));
    expect(expectedGain(predictionsOf(acrossAt(80, 150), same), numbers, DEFAULT_CROSSING).gain_nats).toBeLessThan(
      1e-9,
    );
    const far: SourceDraws = { count: 4, x_m: [0, 0, 0, 0], y_m: [-900, -300, 300, 900], rate_kgph: [9, 9, 9, 9] };
    const told = expectedGain(predictionsOf(acrossAt(80, 1200), far), numbers, DEFAULT_CROSSING).gain_nats;
    expect(told).toBeLessThanOrEqual(Math.log(4) + 1e-9);
    expect(told).toBeGreaterThan(0.85 * Math.log(4));
    // Upwind of every draw a leg tells next to nothing: only its false alarms differ from its misses.
    expect(expectedGain(predictionsOf(acrossAt(-80, 150), same), numbers, DEFAULT_CROSSING).gain_nats).toBeLessThan(
      1e-9,
    );
  });

  it('draws outcomes as often seen as it says', () => {
    const draws = cloud(20, 3);
    const p = predictionsOf(acrossAt(120, 150, 20), draws);
    const repeats = 2000;
    const { values } = outerNumbers(20, repeats, seededGenerator(4));
    const y: Outcome = { isSeen: false, centroid_m: 0, lnWidth: 0, lnSnr: 0 };
    for (let m = 0; m < 20; m++) {
      let seen = 0;
      for (let r = 0; r < repeats; r++) {
        drawOutcome(p, m, values, (m * repeats + r) * 6, DEFAULT_CROSSING, y);
        if (y.isSeen) seen++;
      }
      expect(Math.abs(seen / repeats - p.seen[m])).toBeLessThan(0.045); // 4 standard errors at one half
    }
  });

  it('grows with what is asked: a silent hypothesis beside a source, a leg that is nearer, less noise', () => {
    const draws = cloud(150, 6);
    const gain = (leg: SurveyLeg) =>
      expectedGain(predictionsOf(leg, draws), outerNumbers(150, 4, seededGenerator(7)), DEFAULT_CROSSING).gain_nats;
    expect(gain(acrossAt(60, 200))).toBeGreaterThan(gain(acrossAt(60, 200, 60)) + 0.2);
    expect(gain(acrossAt(60, 200))).toBeGreaterThan(gain(acrossAt(-290, 200)) + 0.5);
  });
});

describe('draws from a summary', () => {
  const summary = {
    place: { west_m: -10, south_m: 20, cell_m: 10, columns: 3, mass: [0, 0.5, 0, 0.25, 0, 0.25] },
    rate_kgph: { p05: 1, p50: 4, p95: 8 },
  };

  it('lie in cells by their mass and have the stated quantiles of rate', () => {
    const draws = drawsFromSummary(summary, 4000, seededGenerator(3));
    const share = (is: (m: number) => boolean) =>
      Array.from({ length: draws.count }, (_, m) => m).filter(is).length / draws.count;
    const inCell = (m: number, column: number, row: number) =>
      Math.floor((draws.x_m[m] + 10) / 10) === column && Math.floor((draws.y_m[m] - 20) / 10) === row;
    expect(share((m) => inCell(m, 1, 0))).toBeCloseTo(0.5, 3);
    expect(share((m) => inCell(m, 0, 1))).toBeCloseTo(0.25, 3);
    expect(share((m) => inCell(m, 2, 1))).toBeCloseTo(0.25, 3);
    // Three standard errors of 4,000 draws: 0.024 at one half, 0.010 at 0.05.
    expect(Math.abs(share((m) => draws.rate_kgph[m] < 4) - 0.5)).toBeLessThan(0.024);
    expect(Math.abs(share((m) => draws.rate_kgph[m] < 1) - 0.05)).toBeLessThan(0.011);
    expect(Math.abs(share((m) => draws.rate_kgph[m] > 8) - 0.05)).toBeLessThan(0.011);
  });

  it('have rate 0 for the probability of no source, spread over all places', () => {
    const draws = drawsFromSummary({ ...summary, noSource: 0.3 }, 200, seededGenerator(3));
    const silent = Array.from({ length: 200 }, (_, m) => m).filter((m) => draws.rate_kgph[m] === 0);
    expect(silent.length).toBe(60);
    const first = silent.filter((m) => m < 100);
    expect(first.length).toBe(30);
    const empty = { ...summary, place: { ...summary.place, mass: [0, 0] } };
    expect(() => drawsFromSummary(empty, 10, seededGenerator(1))).toThrow(/no probability/);
  });

  it('make it worth asking whether there is a source at all', () => {
    const draws = cloud(200, 12);
    const doubtful = { ...draws, rate_kgph: Float64Array.from(draws.rate_kgph, (q, m) => (m % 2 === 0 ? 0 : q)) };
    const gain = (of: SourceDraws) =>
      expectedGain(predictionsOf(acrossAt(150, 250), of), outerNumbers(200, 4, seededGenerator(7)), DEFAULT_CROSSING);
    const seen = predictionsOf(acrossAt(150, 250), doubtful).seen;
    // A silent draw is seen only by another cause.
    expect(seen[0]).toBeCloseTo(DEFAULT_CROSSING.otherCause, 12);
    expect(gain(doubtful).gain_nats).toBeGreaterThan(0.4);
  });
});

describe('weights of an outcome', () => {
  it('are the densities written out, seen or not', () => {
    const draws = cloud(40, 9);
    const p = predictionsOf(acrossAt(60, 200), draws);
    for (const y of [
      { isSeen: false, centroid_m: 0, lnWidth: 0, lnSnr: 0 },
      { isSeen: true, centroid_m: 210, lnWidth: 2.8, lnSnr: 3 },
    ]) {
      const likelihoods = outcomeLikelihoods(p, y, DEFAULT_CROSSING);
      likelihoods.forEach((value, m) => {
        // Nodes beyond exp(-16) of their peak are left out: up to a hundredth of what another cause would give.
        expect(Math.abs(Math.log(value) - lnDensity(p, m, y))).toBeLessThan(0.02);
      });
    }
  });
});

describe('next leg', () => {
  const question = { draws: cloud(300, 8), conditions, platform, area, position: { x_m: 0, y_m: 0 } };

  it('proposes 20 to 60 candidates of every kind inside the area', () => {
    const legs = candidateLegs(question.draws, platform, area, conditions.windFrom_rad, 0.2);
    expect(legs.length).toBeGreaterThanOrEqual(20);
    expect(legs.length).toBeLessThanOrEqual(60);
    expect(new Set(legs.map(({ kind }) => kind))).toEqual(new Set(['upwind-null', 'across', 'gap', 'run-out']));
    for (const { leg } of legs) {
      for (const value of [leg.fromX_m, leg.fromY_m, leg.toX_m, leg.toY_m]) {
        expect(Math.abs(value)).toBeLessThanOrEqual(300 + 1e-6);
      }
    }
  });

  it('closes the widest gap between flown legs', () => {
    const flown = [acrossAt(-100, 200), acrossAt(-40, 200), acrossAt(60, 200)];
    const gaps = candidateLegs(question.draws, platform, area, conditions.windFrom_rad, 0.2, flown)
      .filter(({ kind }) => kind === 'gap')
      .map(({ leg }) => leg.fromX_m);
    expect(gaps.some((x) => Math.abs(x - 10) < 1e-6)).toBe(true);
  });

  it('ranks by gain with reasons, the same for the same seed, and a leg upwind of all likely places low', () => {
    const ranked = rankNextLegs(question, seededGenerator(1));
    expect(ranked.map(({ gain_nats }) => gain_nats)).toEqual(
      ranked.map(({ gain_nats }) => gain_nats).sort((a, b) => b - a),
    );
    expect(rankNextLegs(question, seededGenerator(1))).toEqual(ranked);
    expect(ranked[0].reason).toMatch(
      /^sees \d+ % of the likely plumes at \d+-\d+ m from their sources; at \d+ m above/,
    );
    expect(ranked[0].seen).toBeGreaterThan(0.5);
    expect(ranked.findIndex(({ kind }) => kind === 'upwind-null')).toBeGreaterThan(ranked.length / 2);
    expect(ranked[0].duration_s).toBeGreaterThan(10);
  });

  it('agrees with itself under another seed within its stated error', () => {
    const candidates: CandidateLeg[] = [40, 80, 160].map((x) => ({ kind: 'across', leg: acrossAt(x, 250) }));
    const one = rankNextLegs({ ...question, candidates }, seededGenerator(1));
    const other = rankNextLegs({ ...question, candidates }, seededGenerator(2));
    for (const a of one) {
      const b = other.find(({ leg }) => leg.fromX_m === a.leg.fromX_m)!;
      expect(Math.abs(a.gain_nats - b.gain_nats)).toBeLessThan(
        4 * Math.hypot(a.standardError_nats, b.standardError_nats),
      );
    }
  });

  it('ranks by gain per minute when asked: nearer legs come up', () => {
    const byTime = rankNextLegs({ ...question, rankBy: 'gain-per-minute' }, seededGenerator(1));
    const worth = byTime.map(({ gain_nats, duration_s }) => gain_nats / duration_s);
    expect(worth).toEqual([...worth].sort((a, b) => b - a));
  });

  it('says what is wrong when there is nothing to plan for', () => {
    const silent = { ...question.draws, rate_kgph: new Float64Array(300) };
    expect(() => rankNextLegs({ ...question, draws: silent }, seededGenerator(1))).toThrow(/no source to plan/);
    const tiny = { west_m: -10, south_m: -10, east_m: 10, north_m: 10 };
    expect(() => rankNextLegs({ ...question, area: tiny }, seededGenerator(1))).toThrow(/No leg fits/);
  });

  it('takes under one second of processor for 300 draws and 40 candidates', () => {
    const all = candidateLegs(question.draws, platform, area, conditions.windFrom_rad, 0.2);
    const candidates = Array.from({ length: 40 }, (_, i) => all[i % all.length]);
    rankNextLegs(question, seededGenerator(1));
    const before = process.cpuUsage();
    rankNextLegs({ ...question, candidates }, seededGenerator(1));
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1);
  });
});
