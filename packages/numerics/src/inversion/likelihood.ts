/**
 * Likelihood of one source at one place, given a flight; everything but the place is integrated.
 *
 * A pass that the plume reaches says M(tau, w, kappa, a) about it (crossing-table.ts), in proportion to clean air; with
 * probability `miss` the plume missed it all the same, with `otherCause` what it shows is something else, U. So a pass
 * multiplies the evidence of the place by
 *   [(1 - miss - other) M + miss + other U] / [(1 - other) + other U],
 * which no pass can make less than about `miss`. The product over passes is summed over what the passes share: the
 * direction error beta, the meander s_d (in kappa), the width s_y, the height s_z, and it is a function of the rate.
 */
import { type Crossings, crossingsFor, crossPass } from './crossing.ts';
import { type HeightRoom, heightRoom, heights } from './crossing-rows.ts';
import {
  type CrossingGrid,
  type CrossingTable,
  KAPPA_LN_STEP,
  type PassView,
  PEAK_LN_STEP,
  ROOM_WIDTHS,
  TAU_STEP_WIDTHS,
  WIDTH_LN_STEP,
} from './crossing-table.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import type { Passes } from './passes.ts';
import type { InversionSettings } from './settings.ts';
import type { SharedNodes } from './shared-nodes.ts';
import { type Transport, verticalFactor } from './transport.ts';

/** A flight made ready for evaluating many places. */
export interface FlightProblem {
  readonly samples: FlightSamples;
  readonly passes: Passes;
  readonly conditions: FlightConditions;
  readonly settings: InversionSettings;
  readonly transport: Transport;
  readonly grid: CrossingGrid;
  /** Per pass, the ways of looking at it; the first is the pass as it is. */
  readonly views: readonly (readonly PassView[])[];
  readonly tables: readonly CrossingTable[];
  /** 1 where a pass runs along the wind: a plume bends many times over its length, so it is no single crossing. */
  readonly alongWind: Uint8Array;
}

/** Arrays that `placeLikelihood` writes over. */
export interface Workspace {
  readonly crossings: Crossings;
  readonly total: Float64Array;
  readonly turned: Float64Array;
  readonly peak: Float64Array;
  /** One pass at every sigma_z and rate, a sigma_z more at either end. */
  readonly room: HeightRoom;
}

export function workspaceFor(nodes: SharedNodes, grid: CrossingGrid): Workspace {
  const shared = nodes.beta.length * nodes.meander.length * nodes.lateral.length * nodes.vertical.length;
  return {
    crossings: crossingsFor(nodes.beta.length),
    total: new Float64Array(shared * nodes.rate_kgph.length),
    turned: new Float64Array(Number.isFinite(nodes.betaTime_s) ? shared * nodes.rate_kgph.length : 0),
    peak: new Float64Array(nodes.vertical.length + 2),
    room: heightRoom(grid.peaks, nodes.rate_kgph.length, nodes.vertical.length + 2),
  };
}

/** A product is brought back to one before it can leave the doubles. */
const LARGEST_LN = 500;
const LEAST_PRODUCT = 1e-300;

/**
 * ln likelihood ratio of a source at (x, y) against none at each rate, into `out` [rates]. Returns the ln of their
 * mean: the Bayes factor of the place under the uniform prior of ln rate. `blur_m`: standard deviation of the place
 * itself, for coarse cells seen as a whole. `without`: a pass to leave out.
 */
export function placeLikelihood(
  p: FlightProblem,
  nodes: SharedNodes,
  space: Workspace,
  x: number,
  y: number,
  out: Float64Array,
  blur_m = 0,
  without = -1,
): number {
  const { settings, grid } = p;
  const { total } = space;
  fillPrior(nodes, total);
  const widest = grid.widths_s[grid.widths_s.length - 1];
  let lnScale = 0;
  let room = LARGEST_LN;
  let before_s: number | undefined;
  for (let j = 0; j < p.passes.count; j++) {
    if (j === without || p.alongWind[j] === 1) continue;
    if (!crossPass(p.samples, p.transport, j, x, y, nodes.beta, widest, space.crossings)) continue;
    const table = p.tables[j];
    const none = (1 - settings.otherCause) * table.clean + settings.otherCause * table.unknown;
    room -= Math.max(3, -Math.log(none));
    if (room < 0) {
      lnScale += rescale(total);
      room = LARGEST_LN;
    }
    if (Number.isFinite(nodes.betaTime_s)) {
      const middle_s = table.start_s + table.duration_s / 2;
      before_s ??= middle_s;
      // A pass that saw nothing tells little of the direction: the wind turns when one did.
      if (!table.isQuiet && middle_s > before_s) {
        turnWind(nodes, space, middle_s - before_s);
        before_s = middle_s;
      }
    }
    multiplyPass(p, nodes, space, table, 1 / none, blur_m);
  }
  return sumOverNodes(nodes, total, lnScale, out);
}

function fillPrior(nodes: SharedNodes, total: Float64Array): void {
  const rates = nodes.rate_kgph.length;
  let at = 0;
  for (const beta of nodes.betaWeight) {
    for (const lateral of nodes.lateralWeight) {
      for (let d = 0; d < nodes.meander.length; d++) {
        for (const vertical of nodes.verticalWeight) {
          total.fill((beta * lateral * vertical) / nodes.meander.length, at, at + rates);
          at += rates;
        }
      }
    }
  }
}

/** Moves the products along beta as its Ornstein-Uhlenbeck process does over `dt_s`. */
function turnWind(nodes: SharedNodes, { total, turned }: Workspace, dt_s: number): void {
  const count = nodes.beta.length;
  const rest = total.length / count;
  const rho = Math.exp(-Math.max(0, dt_s) / nodes.betaTime_s);
  const variance = nodes.betaSd_rad ** 2 * (1 - rho * rho);
  turned.fill(0);
  for (let from = 0; from < count; from++) {
    const weight = nodes.beta.map((beta) =>
      Math.exp((-0.5 * (beta - rho * nodes.beta[from]) ** 2) / (variance + 1e-12)),
    );
    const sum = weight.reduce((all, value) => all + value, 0);
    for (let to = 0; to < count; to++) {
      const w = weight[to] / sum;
      if (!(w > LEAST_TURN)) continue;
      for (let n = 0; n < rest; n++) turned[to * rest + n] += w * total[from * rest + n];
    }
  }
  total.set(turned);
}

const LEAST_TURN = 1e-4;

function rescale(total: Float64Array): number {
  let most = LEAST_PRODUCT;
  for (let n = 0; n < total.length; n++) if (total[n] > most) most = total[n];
  const factor = 1 / most;
  for (let n = 0; n < total.length; n++) total[n] *= factor;
  return Math.log(most);
}

/** Multiplies every node's product by what the pass says of the crossing there. */
function multiplyPass(
  p: FlightProblem,
  nodes: SharedNodes,
  space: Workspace,
  table: CrossingTable,
  scale: number,
  blur_m: number,
): void {
  const { crossings, total } = space;
  const rates = nodes.rate_kgph.length;
  const perShape = nodes.vertical.length * rates;
  const shapes = nodes.lateral.length * nodes.meander.length;
  const mix = mixOf(p.settings, table, scale);
  for (let b = 0; b < nodes.beta.length; b++) {
    if (crossings.width_s[b] === 0) continue;
    const index = b * shapes * perShape;
    const alpha = crossings.alpha_rad[b];
    const blur = blur_m / crossings.range_m[b];
    const clear = crossings.clear_rad[b];
    fillPeaks(p, nodes, space, b);
    if (table.isQuiet) {
      // Nothing was seen, so the likelihood has no peak that a width or a shift could move: one of each does.
      const s = nodes.lateral.length >> 1;
      const shift = Math.hypot(nodes.meander[nodes.meander.length >> 1], blur);
      fillHeights(p, nodes, space, table, mix, {
        tau_s: crossings.tau_s[b],
        width_s: crossings.width_s[b] * nodes.lateral[s],
        kappa: shift / (alpha * nodes.lateral[s]),
        lnPeak: -Math.log(nodes.lateral[s]) + lnClear(clear, alpha * nodes.lateral[s], shift),
      });
      for (let n = 0; n < shapes; n++) multiplyHeights(nodes, space.room, total, index + n * perShape);
      continue;
    }
    let at = index;
    for (const lateral of nodes.lateral) {
      for (const meander of nodes.meander) {
        const shift = Math.sqrt(meander * meander + blur * blur);
        fillHeights(p, nodes, space, table, mix, {
          tau_s: crossings.tau_s[b],
          width_s: crossings.width_s[b] * lateral,
          kappa: shift / (alpha * lateral),
          lnPeak: -Math.log(lateral) + lnClear(clear, alpha * lateral, shift),
        });
        multiplyHeights(nodes, space.room, total, at);
        at += perShape;
      }
    }
  }
}

/** What a place whose plume passes at an angle of `clear` along the pass keeps of its strength, shifts averaged. */
function lnClear(clear: number, alpha: number, shift: number): number {
  return clear === 0 ? 0 : (-0.5 * clear * clear) / (alpha * alpha + shift * shift);
}

interface Mix {
  readonly seen: number;
  readonly unseen: number;
}

function mixOf({ miss, otherCause }: InversionSettings, { clean, unknown }: CrossingTable, scale: number): Mix {
  return { seen: (1 - miss - otherCause) * scale, unseen: (miss * clean + otherCause * unknown) * scale };
}

/** Peak of the least rate at every sigma_z and one more at either end, in steps of the table. */
function fillPeaks(p: FlightProblem, nodes: SharedNodes, { crossings, peak }: Workspace, b: number): void {
  const { vertical } = nodes;
  const step = vertical.length > 1 ? vertical[1] - vertical[0] : 0;
  const base = Math.log(nodes.rate_kgph[0] / p.grid.least_ppm) + crossings.lnStrength[b];
  const sigmaZ = Math.exp(crossings.lnSigmaZ[b]);
  const z = crossings.height_m[b];
  for (let v = 0; v < vertical.length + 2; v++) {
    const ln = (vertical[0] + (v - 1) * step) * crossings.lnSigmaZSd[b];
    const factor = verticalFactor(z, p.conditions.sourceHeight_m, sigmaZ * Math.exp(ln));
    peak[v] = (base + Math.log(Math.max(1e-200, factor)) - ln) / PEAK_LN_STEP;
  }
}

interface Crossing {
  readonly tau_s: number;
  readonly width_s: number;
  readonly kappa: number;
  /** ln of the peak over that of `fillPeaks`. */
  readonly lnPeak: number;
}

/** What the pass says at every sigma_z and rate, each sigma_z of the pass about the shared one. */
function fillHeights(
  p: FlightProblem,
  nodes: SharedNodes,
  { room, peak }: Workspace,
  table: CrossingTable,
  { seen, unseen }: Mix,
  crossing: Crossing,
): void {
  const rates = nodes.rate_kgph.length;
  const count = nodes.vertical.length + 2;
  const last = p.grid.peaks - 1;
  const { clean } = table;
  const { row, mixed, height, stride } = room;
  const { memory } = heights;
  const shift = crossing.lnPeak / PEAK_LN_STEP;
  let least = peak[0];
  let most = peak[0];
  for (let v = 0; v < count; v++) {
    memory[room.peak + v] = peak[v];
    if (peak[v] < least) least = peak[v];
    if (peak[v] > most) most = peak[v];
  }
  const first = Math.floor(least + shift);
  const end = Math.floor(most + shift);
  const from = Math.max(0, Math.min(last, first));
  const to = Math.max(0, Math.min(last, end + rates));
  if (!readRow(table, p.grid, crossing, from, to, memory, row)) {
    memory.fill(seen * clean + unseen, mixed, mixed + (count - 2) * stride);
    return;
  }
  for (let n = Math.max(-rates - 1, first); n < 0; n++) memory[row + n] = clean;
  const beyond = Math.min(last, end) + rates + 1;
  for (let n = last + 1; n <= beyond; n++) memory[row + n] = memory[row + last];
  const { verticalSide } = nodes;
  heights.kernels?.mixHeights(row, last, rates, room.peak, count, shift, seen, unseen, verticalSide, height, mixed);
}

/** Multiplies the products of one shape [sigma_z x rate]. */
function multiplyHeights(nodes: SharedNodes, { mixed, stride }: HeightRoom, total: Float64Array, index: number): void {
  const rates = nodes.rate_kgph.length;
  const { memory } = heights;
  let at = index;
  for (let v = 0; v < nodes.vertical.length; v++) {
    const row = mixed + v * stride;
    for (let q = 0; q < rates; q++) total[at++] *= memory[row + q];
  }
}

/** Row of peaks at (tau, w, kappa), linear between neighbours in tau and w, nearest kappa. False: the plume lies off the pass. */
function readRow(
  table: CrossingTable,
  grid: CrossingGrid,
  { tau_s, width_s, kappa }: Crossing,
  from: number,
  to: number,
  memory: Float64Array,
  row: number,
): boolean {
  const { peaks, widths_s, kappa: kappas } = grid;
  const widths = widths_s.length;
  const position = Math.max(0, Math.min(widths - 1, Math.log(width_s / widths_s[0]) / WIDTH_LN_STEP));
  const k = Math.min(widths - 2, Math.floor(position));
  const u = position - k;
  const c = Math.max(0, Math.min(kappas.length - 1, Math.round(Math.log(kappa / kappas[0]) / KAPPA_LN_STEP)));
  const { likelihood, levelStep, levelRows, levelOffset } = table;
  const scale = TAU_STEP_WIDTHS * levelStep[c];
  // Places and weights of the four rows about the point; rows beyond the table's ends are clean air.
  const level = c * widths + k;
  const narrow = ((tau_s - table.start_s) / widths_s[k] + ROOM_WIDTHS) / scale;
  const wide = ((tau_s - table.start_s) / widths_s[k + 1] + ROOM_WIDTHS) / scale;
  const i = Math.floor(narrow);
  const j = Math.floor(wide);
  const isNarrow = u < 1 && i >= 0 && i + 1 < levelRows[level];
  const isWide = u > 0 && j >= 0 && j + 1 < levelRows[level + 1];
  if (!isNarrow && !isWide) return false;
  const a = isNarrow ? (levelOffset[level] + i) * peaks : 0;
  const b = isWide ? (levelOffset[level + 1] + j) * peaks : 0;
  const aHigh = isNarrow ? (1 - u) * (narrow - i) : 0;
  const aLow = isNarrow ? (1 - u) * (1 - (narrow - i)) : 0;
  const bHigh = isWide ? u * (wide - j) : 0;
  const bLow = isWide ? u * (1 - (wide - j)) : 0;
  const outside = ((isNarrow ? 0 : 1 - u) + (isWide ? 0 : u)) * table.clean;
  for (let m = from; m <= to; m++) {
    const first = aLow * likelihood[a + m] + aHigh * likelihood[a + peaks + m];
    memory[row + m] = first + (bLow * likelihood[b + m] + bHigh * likelihood[b + peaks + m]) + outside;
  }
  return true;
}

/** Sum over the shared nodes for each rate, as ln into `out`. */
function sumOverNodes(nodes: SharedNodes, total: Float64Array, lnScale: number, out: Float64Array): number {
  const rates = nodes.rate_kgph.length;
  out.fill(0);
  for (let at = 0; at < total.length; ) for (let q = 0; q < rates; q++) out[q] += total[at++];
  let sum = 0;
  for (let q = 0; q < rates; q++) {
    sum += out[q];
    out[q] = lnScale + Math.log(Math.max(LEAST_PRODUCT, out[q]));
  }
  return lnScale + Math.log(Math.max(LEAST_PRODUCT, sum * nodes.ratePriorStep));
}
