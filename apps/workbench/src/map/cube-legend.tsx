import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { pictureQuery, shownMap } from '../data/cube-api.ts';
import { type Scene, useRecording } from '../data/scene.ts';
import { hiddenLayers, useView } from '../data/view.ts';
import { formatValue } from '../format/numbers.ts';
import { useTheme } from '../shell/theme.ts';
import { cubeColour, scaleOf } from './cube-overlay.ts';

const STOPS = 8;

/** What the colours of a cube's map mean, and its plumes' edges. */
export function CubeLegend({ scene }: { scene: Scene }) {
  const { t, i18n } = useTranslation();
  const theme = useTheme();
  const view = useView();
  const isCube = useRecording(scene.recordingId).data?.imaging !== undefined;
  const map = shownMap(view.raster);
  const query = pictureQuery(scene.recordingId ?? '', map ?? 'amount');
  const picture = useQuery({ ...query, enabled: isCube && map !== undefined }).data;
  if (!isCube) return null;
  const hasPlumes = scene.detections.some(({ plume }) => plume !== undefined);
  const scale = picture === undefined ? undefined : scaleOf(picture);
  const stops = Array.from({ length: STOPS + 1 }, (_, i) => `rgb(${cubeColour(i / STOPS, theme).join(' ')})`);
  return (
    <>
      {scale !== undefined && map !== undefined && (
        <li className="ramp">
          <span>{t(`cube.legend.${map}`)}</span>
          <span className="ramp-bar" style={{ background: `linear-gradient(90deg, ${stops.join(', ')})` }} />
          <span className="ramp-ends">
            <span>≤ {formatValue(scale.low, i18n.language)}</span>
            <span>≥ {formatValue(scale.high, i18n.language)}</span>
          </span>
        </li>
      )}
      {hasPlumes && !hiddenLayers(view).has('detections') && (
        <li>
          <span className="key key-plume" /> {t('cube.outline')}
        </li>
      )}
    </>
  );
}
