/** The rate's posterior, and what the model leaves unexplained, as small pictures with their numbers in words. */
import type { SourceEstimate } from '@plumeline/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Inquiry } from '../data/inquiry.ts';
import { useSamples } from '../data/scene.ts';
import { formatRate, formatValue } from '../format/numbers.ts';
import { RESIDUAL_HEIGHT, RESIDUAL_WIDTH, residualPicture } from '../format/residual-picture.ts';
import { formatClock } from '../format/times.ts';
import { Skeleton } from '../parts/states.tsx';

const WIDTH = RESIDUAL_WIDTH;
const HEIGHT = RESIDUAL_HEIGHT;
/** Mass at an end of the distribution below which it is not drawn. */
const LEAST_MASS = 2e-4;

export function RateChart({ source }: { source: SourceEstimate }) {
  const { t, i18n } = useTranslation();
  const { rates_kgph, mass } = source.rateDistribution!;
  const first = Math.max(0, mass.findIndex((value) => value > LEAST_MASS) - 1);
  const last = Math.min(mass.length - 1, mass.findLastIndex((value) => value > LEAST_MASS) + 1);
  const shown = mass.slice(first, last + 1);
  const most = Math.max(...shown);
  const step = WIDTH / shown.length;
  const lnStep = Math.log(rates_kgph[1]! / rates_kgph[0]!);
  const at = (rate: number) => (Math.log(rate / rates_kgph[first]!) / lnStep + 0.5) * step;
  const { value, unit, interval } = formatRate(source.rate_kgph, i18n.language);
  const { p05, p50, p95 } = source.rate_kgph;
  return (
    <section>
      <h2>{t('estimate.rateTitle')}</h2>
      <svg
        className="small-plot"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t('estimate.rateAlt', { value: `${value} ${unit}`, interval })}
      >
        <rect className="within" x={at(p05)} width={Math.max(1, at(p95) - at(p05))} y="0" height={HEIGHT} />
        {shown.map((value, i) => (
          <rect
            className="mass"
            // biome-ignore lint/suspicious/noArrayIndexKey: a node of the grid is its place
            key={i}
            x={i * step + 0.5}
            width={Math.max(0.5, step - 1)}
            y={HEIGHT - (HEIGHT - 4) * (value / most)}
            height={(HEIGHT - 4) * (value / most)}
          />
        ))}
        <line className="median" x1={at(p50)} x2={at(p50)} y1="0" y2={HEIGHT} />
      </svg>
      <p className="plot-axis">
        <span>{formatValue(rates_kgph[first]!, i18n.language, 2)}</span>
        <span>{t('estimate.rateAxis')}</span>
        <span>{formatValue(rates_kgph[last]!, i18n.language, 2)}</span>
      </p>
    </section>
  );
}

/** Measured less fitted, over time: least and most in each column of the picture. */
export function Residuals({ inquiry }: { inquiry: Inquiry }) {
  const { t, i18n } = useTranslation();
  const samples = useSamples(inquiry.estimate?.recordingIds[0]).data;
  const fitted = inquiry.answer?.fit.fitted_ppm ?? samples?.fitted_ppm;
  const picture = useMemo(
    () => (samples === undefined ? undefined : residualPicture(samples, fitted)),
    [samples, fitted],
  );
  return (
    <section>
      <h2>{t('estimate.residuals')}</h2>
      <p className="note">{t('estimate.residualsHelp')}</p>
      {samples === undefined && <Skeleton rows={2} />}
      {samples !== undefined && picture === undefined && <p className="note">{t('estimate.residualsNone')}</p>}
      {samples !== undefined && picture !== undefined && (
        <>
          <svg
            className="small-plot"
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            role="img"
            aria-label={t('estimate.residualsAlt', {
              typical: formatValue(picture.typical_ppm, i18n.language, 2),
              most: formatValue(picture.most_ppm, i18n.language, 2),
            })}
          >
            <line className="zero" x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
            <path className="residual" d={picture.path} />
          </svg>
          <p className="plot-axis">
            <span>{formatClock(samples.time_s[0]!, i18n.language)}</span>
            <span>
              {t('estimate.residualsScale', {
                most: formatValue(picture.most_ppm, i18n.language, 2),
                typical: formatValue(picture.typical_ppm, i18n.language, 2),
              })}
            </span>
            <span>{formatClock(samples.time_s.at(-1)!, i18n.language)}</span>
          </p>
        </>
      )}
    </section>
  );
}
