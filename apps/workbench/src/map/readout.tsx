import type { Position } from '@plumeline/core';
import { type RefObject, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPosition } from '../format/coordinates.ts';
import { cycleCoordinateFormat, useCoordinateFormat } from '../parts/coordinates.tsx';

export type PointReport = (position: Position | undefined) => void;

/** The position under the cursor; the last one stays, so that it can be read off and copied. */
export function CursorReadout({ report }: { report: RefObject<PointReport | undefined> }) {
  const { t } = useTranslation();
  const format = useCoordinateFormat();
  const [position, setPosition] = useState<Position>();
  useEffect(() => {
    report.current = (next) => next !== undefined && setPosition(next);
    return () => {
      report.current = undefined;
    };
  }, [report]);
  if (position === undefined) return null;
  return (
    <button type="button" className="map-readout" onClick={cycleCoordinateFormat} title={t('map.cursor')}>
      {formatPosition(position, format)}
    </button>
  );
}
