/**
 * What a warm or cool plume does to a longwave radiance (Hayden 1996; Burr & Hengartner 2006, eq. 1):
 *   dL(v) = column k(v) tau(v) [B(v, T_plume) - L_ground(v)],
 * optically thin, tau the transmission between plume and sensor, L_ground the background's radiance at the plume.
 */

const PLANCK_JS = 6.62607015e-34;
const LIGHT_MPS = 299_792_458;
const BOLTZMANN_JPK = 1.380649e-23;

/** Black-body radiance [W m-2 sr-1 (cm-1)-1] at a wavenumber [cm-1] and temperature [K]. */
export function planckRadiance(wavenumber_pcm: number, temperature_K: number): number {
  const v = wavenumber_pcm * 100;
  const exponent = (PLANCK_JS * LIGHT_MPS * v) / (BOLTZMANN_JPK * temperature_K);
  return ((2 * PLANCK_JS * LIGHT_MPS ** 2 * v ** 3) / Math.expm1(exponent)) * 100;
}

/**
 * Change of radiance per unit optical depth of a gas, the `contrast` of an identification.
 * @param background [band] radiance behind the plume, in planckRadiance's unit
 * @param transmission [band] between plume and sensor; 1 when left out
 */
export function thermalContrast(
  wavenumber_pcm: Float64Array,
  background: ArrayLike<number>,
  plumeTemperature_K: number,
  transmission?: ArrayLike<number>,
): Float64Array {
  return wavenumber_pcm.map(
    (v, band) => (transmission?.[band] ?? 1) * (planckRadiance(v, plumeTemperature_K) - background[band]!),
  );
}
