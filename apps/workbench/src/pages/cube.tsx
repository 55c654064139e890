/** What the page of a cube shows: how it was looked at, its maps, its plumes, and the spectrum of any pixel. */
import type { Detection, Recording } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { CUBE_MAPS, mapAddress, parsePixel, shownMap, spectrumQuery } from '../data/cube-api.ts';
import { useChangeView, useView } from '../data/view.ts';
import { formatArea, formatCount, formatPercent, formatRate, formatValue } from '../format/numbers.ts';
import { formatInstant } from '../format/times.ts';
import { Coordinates } from '../parts/coordinates.tsx';
import { ProblemNote, Skeleton } from '../parts/states.tsx';
import { useCaveatText } from '../parts/words.ts';
import { Fact } from './site.tsx';
import { SpectrumPlot, useSignalName } from './spectrum-plot.tsx';

/** Facts of a cube's page, in the place of a flight's samples. */
export function CubeFacts({ recording }: { recording: Recording }) {
  const { t, i18n } = useTranslation();
  const { lines, columns, bands, from_nm, to_nm, pixel_m, wind } = recording.imaging!;
  const value = (number: number, digits = 3) => formatValue(number, i18n.language, digits);
  return (
    <>
      <Fact name={t('cube.flown')}>{formatInstant(recording.startAt, i18n.language)}</Fact>
      <Fact name={t('cube.sizeName')}>
        {t('cube.size', { lines: value(lines, 6), columns: value(columns, 6), pixel: value(pixel_m, 2) })}
        <br />
        {t('cube.usable', { text: formatCount(recording.sampleCount, i18n.language) })}
      </Fact>
      <Fact name={t('cube.bandsName')}>
        {t('cube.bands', { bands, from: Math.round(from_nm), to: Math.round(to_nm) })}
      </Fact>
      <Fact name={t('cube.windName')}>
        {wind === undefined
          ? t('cube.noWind')
          : t('cube.wind', {
              from: Math.round(wind.from_deg),
              fromSd: Math.round(wind.fromSd_deg),
              speed: value(wind.speed_mps, 2),
              speedSd: value(wind.speedSd_mps, 2),
              height: value(wind.height_m, 2),
            })}
      </Fact>
    </>
  );
}

/** Which map lies on the ground, and the same as files. */
export function CubeMapChoice({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const shown = shownMap(view.raster);
  return (
    <section className="cube-maps">
      <h2 id="cube-map-title">{t('cube.mapTitle')}</h2>
      <fieldset className="cube-choice" aria-labelledby="cube-map-title">
        {[...CUBE_MAPS, 'off' as const].map((map) => (
          <label key={map}>
            <input
              type="radio"
              name="cube-map"
              checked={(shown ?? 'off') === map}
              onChange={() => changeView({ raster: map === 'amount' ? undefined : map })}
            />
            {t(`cube.map.${map}`)}
          </label>
        ))}
      </fieldset>
      {shown !== undefined && (
        <p>
          <a href={mapAddress(recording.id, shown)} download>
            {t('cube.download', { name: t(`cube.map.${shown}`) })}
          </a>
        </p>
      )}
    </section>
  );
}

/** Every plume with its numbers, its reasons and its spectrum. */
export function Plumes({ detections }: { detections: readonly Detection[] | undefined }) {
  const { t } = useTranslation();
  const plumes = plumesOf(detections);
  return (
    <section>
      <h2>
        {t('cube.plumes')} <span className="tally">{detections === undefined ? '' : plumes.length}</span>
      </h2>
      {detections === undefined && <Skeleton rows={4} />}
      {detections !== undefined && plumes.length === 0 && <p className="note">{t('cube.none')}</p>}
      {plumes.map((detection, i) => (
        <Plume key={detection.id} detection={detection} number={i + 1} />
      ))}
    </section>
  );
}

/** Strongest first. */
function plumesOf(detections: readonly Detection[] | undefined): Detection[] {
  const plumes = (detections ?? []).filter(({ plume }) => plume !== undefined);
  return plumes.sort((a, b) => b.plume!.peakScore - a.plume!.peakScore);
}

function Plume({ detection, number }: { detection: Detection; number: number }) {
  const { t, i18n } = useTranslation();
  const textOf = useCaveatText();
  const nameOf = useSignalName();
  const plume = detection.plume!;
  const value = (n: number, digits = 3) => formatValue(n, i18n.language, digits);
  const rate = plume.rate_kgph === undefined ? undefined : formatRate(plume.rate_kgph, i18n.language);
  const chance = plume.falseAlarm < 1e-6 ? `< ${value(1e-6)}` : value(plume.falseAlarm, 1);
  return (
    <article className="plume">
      <h3>{t('cube.plume', { number })}</h3>
      <dl className="facts">
        <Fact name={t('cube.rate')}>
          {rate === undefined ? (
            t('cube.noRate')
          ) : (
            <>
              <strong>
                {rate.value} {rate.unit}
              </strong>
              , {rate.interval}, {t('unit.interval')}
            </>
          )}
        </Fact>
        <Fact name={t('cube.peakName')}>
          {t('cube.peak', { value: value(plume.peakColumn_ppmm), sd: value(plume.peakColumnSd_ppmm, 2) })}
        </Fact>
        <Fact name={t('cube.area')}>
          {plume.mass_kg === undefined
            ? formatArea(plume.area_m2, i18n.language)
            : t('cube.areaMass', { area: formatArea(plume.area_m2, i18n.language), mass: value(plume.mass_kg, 2) })}
        </Fact>
        <Fact name={t('cube.place')}>
          <Coordinates position={detection.peakPosition} />
        </Fact>
      </dl>
      <h4>{t('cube.why')}</h4>
      <p>
        {t('cube.score', {
          score: value(plume.peakScore),
          start: value(plume.startThreshold),
          grow: value(plume.growThreshold),
        })}
      </p>
      <p className="faint">{t('cube.chance', { chance })}</p>
      {plume.caveats.length > 0 && (
        <ul className="null-caveats">
          {plume.caveats.map((caveat) => (
            <li key={caveat.code}>{textOf(caveat)}</li>
          ))}
        </ul>
      )}
      <h4>{t('cube.spectrumTitle')}</h4>
      {plume.spectrum === undefined ? (
        <p className="note">{t('cube.noSpectrum')}</p>
      ) : (
        <>
          <SpectrumPlot spectrum={plume.spectrum} />
          <p className="faint">
            {t('cube.spectrumSays', {
              gas: formatPercent(plume.spectrum.fits[0]?.share ?? 0, i18n.language),
              rival: nameOf(plume.spectrum.fits[1]?.name ?? '–'),
              rivalShare: formatPercent(plume.spectrum.fits[1]?.share ?? 0, i18n.language),
            })}
          </p>
        </>
      )}
    </article>
  );
}

/** The spectrum of the pixel that was pressed on the map, or of a plume's strongest. */
export function PixelSpectrum({
  recording,
  detections,
}: {
  recording: Recording;
  detections: readonly Detection[] | undefined;
}) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const pixel = parsePixel(view.pixel);
  const { data, error } = useQuery({
    ...spectrumQuery(recording.id, pixel ?? { lat: 0, lon: 0 }),
    enabled: pixel !== undefined,
  });
  return (
    <section className="pixel">
      <h2>{t('cube.pixelTitle')}</h2>
      <p className="note">{t('cube.pixelHelp')}</p>
      {plumesOf(detections).map(({ id, peakPosition: { lat, lon } }, i) => (
        <button
          key={id}
          type="button"
          className="button small"
          onClick={() => changeView({ pixel: `${lat.toFixed(6)},${lon.toFixed(6)}` })}
        >
          {t('cube.pixelOfPlume', { number: i + 1 })}
        </button>
      ))}
      {pixel !== undefined && error !== null && <ProblemNote error={error} />}
      {pixel !== undefined && error === null && data === undefined && <Skeleton rows={4} />}
      {pixel !== undefined && data !== undefined && (
        <>
          <p>
            {t('cube.pixelAt', {
              lat: pixel.lat.toFixed(5),
              lon: pixel.lon.toFixed(5),
              amount: formatValue(data.gas_ppmm, i18n.language),
            })}
          </p>
          <SpectrumPlot spectrum={data} />
        </>
      )}
    </section>
  );
}
