import type { Position } from '@plumeline/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { COORDINATE_FORMATS, type CoordinateFormat, formatPosition } from '../format/coordinates.ts';

const STORAGE_KEY = 'plumeline.coordinates';
const listeners = new Set<() => void>();
const stored = localStorage.getItem(STORAGE_KEY) as CoordinateFormat;
let format: CoordinateFormat = COORDINATE_FORMATS.includes(stored) ? stored : 'decimal';

export function cycleCoordinateFormat(): void {
  format = COORDINATE_FORMATS[(COORDINATE_FORMATS.indexOf(format) + 1) % COORDINATE_FORMATS.length]!;
  localStorage.setItem(STORAGE_KEY, format);
  for (const listener of listeners) listener();
}

export function useCoordinateFormat(): CoordinateFormat {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => format,
  );
}

/** A position; a click goes from decimal to DMS to MGRS, everywhere on the page at once. */
export function Coordinates({ position }: { position: Position }) {
  const { t } = useTranslation();
  const text = formatPosition(position, useCoordinateFormat());
  return (
    <button
      type="button"
      className="coordinates"
      aria-label={t('number.coordinateFormat', { text })}
      onClick={cycleCoordinateFormat}
    >
      {text}
    </button>
  );
}
