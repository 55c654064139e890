/** A stationary Ornstein-Uhlenbeck process: standard deviation and correlation time [s]; Infinity for a constant. */
export interface Wander {
  readonly sd: number;
  readonly time_s: number;
}
