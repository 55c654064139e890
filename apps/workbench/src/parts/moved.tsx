import { geodesicBetween, regionContains, type SourceEstimate } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import type { Relocated } from '../data/api.ts';
import { sourceOf } from '../data/inquiry.ts';
import { formatDistance, formatRate, formatValue } from '../format/numbers.ts';

export interface MovedText {
  /** `320 m, inside the 90 % region` */
  readonly place: string;
  /** `× 1.2` */
  readonly rate: string;
  readonly isOutside: boolean;
}

/** How far another answer lies from an estimate, in words. */
export function useMovedText(): (from: SourceEstimate, answer: Relocated) => MovedText {
  const { t, i18n } = useTranslation();
  return (from, answer) => {
    const source = sourceOf(answer);
    if (source === undefined) return { place: t('estimate.noSource'), rate: '–', isOutside: true };
    const { distance_m } = geodesicBetween(from.position, source.position);
    const isOutside = !regionContains(from.region90, source.position);
    const distance = formatDistance(distance_m, i18n.language);
    return {
      place: isOutside ? t('estimate.movedOutside', { distance }) : t('estimate.movedInside', { distance }),
      rate: `× ${formatValue(source.rate_kgph.p50 / from.rate_kgph.p50, i18n.language, 2)}`,
      isOutside,
    };
  };
}

/** Before and after side by side, for an answer that a person may keep. */
export function Comparison({ from, answer }: { from: SourceEstimate; answer: Relocated }) {
  const { t, i18n } = useTranslation();
  const movedText = useMovedText();
  const source = sourceOf(answer);
  const rateOf = ({ rate_kgph }: SourceEstimate) => {
    const { value, unit, interval } = formatRate(rate_kgph, i18n.language);
    return `${value} ${unit}, ${interval}`;
  };
  return (
    <dl className="facts comparison">
      <div>
        <dt>{t('estimate.place')}</dt>
        <dd>{movedText(from, answer).place}</dd>
      </div>
      {source !== undefined && (
        <>
          <div>
            <dt>{t('estimate.rate')}</dt>
            <dd>
              {rateOf(from)} → {rateOf(source)}
            </dd>
          </div>
          <div>
            <dt>{t('number.evidence')}</dt>
            <dd>
              {formatValue(from.lnBayesFactor, i18n.language, 2)} →{' '}
              {formatValue(source.lnBayesFactor, i18n.language, 2)}
            </dd>
          </div>
        </>
      )}
    </dl>
  );
}
