/**
 * The sample under the cursor, shared by the map and the series. A store outside React: it changes with every
 * mouse move, and only the two pictures that draw it may pay for that.
 */
export interface Hover {
  readonly recordingId: string;
  /** Index into the recording's samples as fetched. */
  readonly index: number;
  /** Who moved it; the other one follows. */
  readonly from: 'map' | 'series' | 'list';
}

let current: Hover | undefined;
const listeners = new Set<(hover: Hover | undefined) => void>();

export const hover = {
  get: () => current,
  set(next: Hover | undefined): void {
    if (next?.index === current?.index && next?.recordingId === current?.recordingId) return;
    current = next;
    for (const listener of listeners) listener(next);
  },
  watch(listener: (hover: Hover | undefined) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
