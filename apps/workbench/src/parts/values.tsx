/** Numbers of a finding, each with its unit and interval. */
import type { Instant, Quantiles } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import { formatRate, formatValue } from '../format/numbers.ts';
import { formatDay, formatInstant, formatLocal } from '../format/times.ts';
import { evidenceWord } from './words.ts';

/** `412 kg/h, 260–610, 90 %` */
export function Rate({ rate }: { rate: Quantiles }) {
  const { t, i18n } = useTranslation();
  const { value, interval, unit } = formatRate(rate, i18n.language);
  return (
    <span className="rate">
      <b>{value}</b> {unit}
      <span className="interval">
        , {interval}, {t('unit.interval')}
      </span>
    </span>
  );
}

export interface LogAxis {
  readonly low: number;
  readonly high: number;
}

/** A decade axis that holds every interval given. */
export function logAxisOf(rates: readonly Quantiles[]): LogAxis {
  const floor = 1e-4;
  const low = Math.min(...rates.map(({ p05 }) => Math.max(p05, floor)));
  const high = Math.max(...rates.map(({ p95 }) => Math.max(p95, floor * 10)));
  return { low: 10 ** Math.floor(Math.log10(low)), high: 10 ** Math.ceil(Math.log10(high * 1.0001)) };
}

/** Doubt at a glance: the 90 % interval on a shared logarithmic axis, the median as a tick. */
export function IntervalBar({ rate, axis }: { rate: Quantiles; axis: LogAxis }) {
  const at = (value: number) => {
    const t = Math.log(Math.max(value, axis.low) / axis.low) / Math.log(axis.high / axis.low);
    return Math.max(0, Math.min(1, t)) * 100;
  };
  const decades = Math.round(Math.log10(axis.high / axis.low));
  return (
    <svg className="interval-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {Array.from({ length: decades + 1 }, (_, decade) => decade).map((decade) => (
        <line
          key={decade}
          className="decade"
          x1={(decade * 100) / decades}
          x2={(decade * 100) / decades}
          y1="0"
          y2="10"
        />
      ))}
      <rect x={at(rate.p05)} width={Math.max(0.8, at(rate.p95) - at(rate.p05))} y="3" height="4" />
      <line className="median" x1={at(rate.p50)} x2={at(rate.p50)} y1="0.500" y2="9.500" />
    </svg>
  );
}

/** UTC; the reader's own clock on hover. */
export function Time({ at, dayOnly = false }: { at: Instant; dayOnly?: boolean }) {
  const { t, i18n } = useTranslation();
  const title = t('number.localTime', { time: formatLocal(at, i18n.language) });
  return (
    <time dateTime={at} title={title}>
      {dayOnly ? formatDay(at, i18n.language) : formatInstant(at, i18n.language)}
    </time>
  );
}

const FULL_WEIGHT = 10;

/** Likelihood word, number, and a bar against the table's steps. */
export function Evidence({ lnBayesFactor }: { lnBayesFactor: number }) {
  const { t, i18n } = useTranslation();
  const share = Math.max(0, Math.min(1, lnBayesFactor / FULL_WEIGHT));
  return (
    <span className="evidence" title={t('evidence.scale')}>
      <span className="evidence-bar" aria-hidden="true">
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
      {t(`evidence.${evidenceWord(lnBayesFactor)}`)}
      <span className="faint">{t('evidence.lnBf', { value: formatValue(lnBayesFactor, i18n.language, 2) })}</span>
    </span>
  );
}
