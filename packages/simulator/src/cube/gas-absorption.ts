/**
 * A parametric absorption spectrum of methane, 2.06 to 2.56 um, for exercises: sums of Lorentz lines with the
 * structure of a spherical top, so that no line list has to ship with the product.
 *
 *   k(nu) = sum_bands S sum_J w_J [P + Q + R lines] gamma / pi / ((nu - nu_J)^2 + gamma^2)
 *   P: nu0 - 2B(1 + zeta)J,  R: nu0 + 2B(1 + zeta)(J + 1) - D (J + 1)^2,  Q: nu0 + q J(J + 1),
 *   w_J ~ (2J + 1)^2 exp(-B J(J + 1) / kT),   each J split into its tetrahedral components.
 *
 * Band origins are those of methane's octad (Albert et al. 2009, Chem. Phys. 356, 131: nu1 + nu4 4223, nu3 + nu4 4319,
 * nu1 + nu2 4435, nu2 + nu3 4540 cm-1), B = 5.24 cm-1.
 * Strengths, branch shares and spacings are fitted
 * (random search) so that 5 nm bands see about the unit absorption of mag1c's MODTRAN table; docs/science/cube-simulator.md has the comparison. It is
 * NOT a spectroscopic reference: never retrieve a real cube with it.
 */
const LOWEST_PER_CM = 3900;
const HIGHEST_PER_CM = 4860;
const STEP_PER_CM = 0.1;

/** Wavelengths [nm], ascending, even in wavenumber. */
export function fineGrid_nm(): Float64Array {
  const count = Math.round((HIGHEST_PER_CM - LOWEST_PER_CM) / STEP_PER_CM) + 1;
  return Float64Array.from({ length: count }, (_, i) => 1e7 / (HIGHEST_PER_CM - STEP_PER_CM * i));
}

interface RotationalBand {
  readonly origin_perCm: number;
  /** Integrated strength [cm-1 per ppm m]. */
  readonly strength: number;
  readonly branches: readonly [p: number, q: number, r: number];
  readonly zeta: number;
  /** How fast the Q branch fans out [cm-1 per J(J + 1)]. */
  readonly fan: number;
}

const B_PER_CM = 5.24;
/** Thermal energy at 285 K [cm-1]. */
const KT_PER_CM = 198.1;
const HIGHEST_J = 16;
/** Half width of a line in the lower atmosphere [cm-1]. */
const HALF_WIDTH_PER_CM = 0.055;
/** R branches close up with J [cm-1]. */
const CLOSING_PER_CM = 0.05;

const METHANE: readonly RotationalBand[] = [
  { origin_perCm: 4223, strength: 4.51e-3, branches: [0.318, 0.435, 0.247], zeta: -0.52, fan: -0.042 },
  { origin_perCm: 4319, strength: 3.88e-3, branches: [0.371, 0.569, 0.06], zeta: -0.3, fan: -0.049 },
  { origin_perCm: 4435, strength: 4.43e-3, branches: [0.981, 0.01, 0.009], zeta: -0.27, fan: -0.1 },
  { origin_perCm: 4540, strength: 7.57e-3, branches: [0.197, 0.792, 0.011], zeta: -0.09, fan: 0 },
];

/** Absorption coefficient of methane on `fineGrid_nm` [per ppm m of enhancement seen on one way through the air]. */
export function methaneAbsorption(): Float64Array {
  const spectrum = new Float64Array(fineGrid_nm().length);
  for (const band of METHANE) for (const line of linesOf(band)) addLorentz(spectrum, line);
  return spectrum;
}

interface Line {
  readonly at_perCm: number;
  readonly strength: number;
}

function linesOf(band: RotationalBand): Line[] {
  const population = Array.from(
    { length: HIGHEST_J + 1 },
    (_, j) => (2 * j + 1) ** 2 * Math.exp((-B_PER_CM * j * (j + 1)) / KT_PER_CM),
  );
  const total = population.reduce((sum, value) => sum + value, 0);
  const spacing = 2 * B_PER_CM * (1 + band.zeta);
  const [p, q, r] = band.branches;
  return population.flatMap((value, j) => {
    const share = (band.strength * value) / total;
    const next = j + 1;
    return [
      ...split(band.origin_perCm - spacing * j, share * p, j),
      ...split(band.origin_perCm + band.fan * j * next, share * q, j),
      ...split(band.origin_perCm + spacing * next - CLOSING_PER_CM * next * next, share * r, next),
    ];
  });
}

/** The tetrahedral components of one J: about J / 3 + 1 groups, spread over a width that grows with J^2. */
function split(at_perCm: number, strength: number, j: number): Line[] {
  const parts = 1 + Math.floor(j / 3) * 2;
  const width = 0.02 * j * j;
  return Array.from({ length: parts }, (_, i) => ({
    at_perCm: at_perCm + (parts === 1 ? 0 : width * (i / (parts - 1) - 0.5)),
    strength: strength / parts,
  }));
}

/** Wings are cut here [cm-1]; what is lost is under 1 % of a line. */
const WING_PER_CM = 6;

function addLorentz(spectrum: Float64Array, line: Line): void {
  const centre = (HIGHEST_PER_CM - line.at_perCm) / STEP_PER_CM;
  const reach = WING_PER_CM / STEP_PER_CM;
  const from = Math.max(0, Math.ceil(centre - reach));
  const to = Math.min(spectrum.length - 1, Math.floor(centre + reach));
  for (let i = from; i <= to; i++) {
    const d = (i - centre) * STEP_PER_CM;
    spectrum[i] += (line.strength * HALF_WIDTH_PER_CM) / Math.PI / (d * d + HALF_WIDTH_PER_CM ** 2);
  }
}

/** Optical depth of the water vapour above the ground, both ways, for 1 g cm-2: weak bands that grow to 2.5 um. */
export function waterDepth(): Float64Array {
  const grid = fineGrid_nm();
  const depth = grid.map((nm) => 0.03 + 0.55 * Math.exp((nm - 2560) / 55) + 0.12 * Math.exp((2060 - nm) / 25));
  // Isolated lines at golden-ratio steps, stronger to the red, as the window's edge is.
  for (let n = 0; n < 120; n++) {
    const at_perCm = LOWEST_PER_CM + (HIGHEST_PER_CM - LOWEST_PER_CM) * ((n * 0.618033988749895) % 1);
    const strength = 0.02 + 0.35 * ((n * 0.7548776662) % 1) ** 3 * Math.exp((1e7 / at_perCm - 2500) / 110);
    addLorentz(depth, { at_perCm, strength });
  }
  return depth;
}
