import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { basemapQuery } from '../data/api.ts';
import { type Scene, useNullResults, useRecording } from '../data/scene.ts';
import { hiddenLayers, useView } from '../data/view.ts';
import { formatValue } from '../format/numbers.ts';
import { Glyph } from '../parts/glyph.tsx';
import { useSubstanceName } from '../parts/words.ts';
import { useTheme } from '../shell/theme.ts';
import { concentrationRamp } from './colours.ts';
import { CubeLegend } from './cube-legend.tsx';
import type { Domain } from './features.ts';

/** On a phone the legend would cover the map: it starts folded. */
function isNarrow(): boolean {
  return matchMedia('(max-width: 760px)').matches;
}

/** What the colours and shapes on the map mean, with units; only what the map shows now. */
export function Legend({ scene, domain, hasWind }: { scene: Scene; domain: Domain | undefined; hasWind: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(() => !isNarrow());
  const hidden = hiddenLayers(useView());
  const nullResults = useNullResults(scene.recordingId).data;
  const hasSites = !hidden.has('regions') && (scene.sites.length > 0 || (scene.chosen ?? scene.estimate) !== undefined);
  const states = useQuery(basemapQuery('states')).data;
  return (
    <div className="legend">
      <button type="button" className="legend-title" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Glyph name={isOpen ? 'down' : 'up'} />
        {t('map.legend')}
      </button>
      {isOpen && (
        <ul>
          <CubeLegend scene={scene} />
          {domain !== undefined && !hidden.has('track') && <Ramp scene={scene} domain={domain} />}
          {hasSites && (
            <>
              <li>
                <span className="key key-50" /> {t('map.region50')}
              </li>
              <li>
                <span className="key key-90" /> {t('map.region90')}
              </li>
            </>
          )}
          {scene.estimate !== undefined && !hidden.has('track') && <LegKeys />}
          {(scene.file ?? scene.estimate) !== undefined && !hidden.has('posterior') && (
            <li>
              <span className="key key-shade" /> {t('map.posterior')}
            </li>
          )}
          {scene.detections.length > 0 && !hidden.has('detections') && (
            <li>
              <span className="key key-detection">
                <Glyph name="triangle" />
              </span>
              {t('map.detection')}
            </li>
          )}
          {hasWind && !hidden.has('wind') && (
            <li>
              <span className="key">
                <Glyph name="barb" />
              </span>
              {t('map.wind')}
            </li>
          )}
          {nullResults !== undefined && nullResults.length > 0 && !hidden.has('searched') && (
            <li>
              <span className="key key-searched" /> {t('map.searched')}
            </li>
          )}
        </ul>
      )}
      <p className="attribution">{t(states == null ? 'map.attribution' : 'map.attributionMexico')}</p>
    </div>
  );
}

/** What the bands along the track mean. */
function LegKeys() {
  const { t } = useTranslation();
  return (
    <>
      <li>
        <span className="key key-leg for" /> {t('estimate.legendFor')}
      </li>
      <li>
        <span className="key key-leg against" /> {t('estimate.legendAgainst')}
      </li>
      <li>
        <span className="key key-leg quiet" /> {t('estimate.legendQuiet')}
      </li>
      <li>
        <span className="key key-expected" /> {t('estimate.legendExpected')}
      </li>
    </>
  );
}

function Ramp({ scene, domain }: { scene: Scene; domain: Domain }) {
  const { t, i18n } = useTranslation();
  const theme = useTheme();
  const substanceName = useSubstanceName();
  const recording = useRecording(scene.recordingId).data;
  const stops = concentrationRamp(theme).map(([, colour]) => colour);
  const value = (at: number) => formatValue(domain.low + at * (domain.high - domain.low), i18n.language);
  return (
    <li className="ramp">
      <span>{t('map.concentration', { substance: substanceName(recording?.substance) })}</span>
      <span className="ramp-bar" style={{ background: `linear-gradient(90deg, ${stops.join(', ')})` }} />
      <span className="ramp-ends">
        <span>≤ {value(0)}</span>
        <span>{value(0.5)}</span>
        <span>≥ {value(1)}</span>
      </span>
    </li>
  );
}
