/** A contrast spectrum with what was laid over it, as a drawing of its own: it prints, scales and needs no canvas. */
import { type PlumeSpectrum, substanceOf } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import { formatPercent, formatValue } from '../format/numbers.ts';
import { useSubstanceName } from '../parts/words.ts';

const [WIDTH, HEIGHT] = [400, 170];
const PAD = { left: 44, right: 8, top: 8, bottom: 22 };
const TICKS_NM = 100;

/** Name of a gas or of a ground that is taken for it; one without words is shown as it is. */
export function useSignalName(): (name: string) => string {
  const { t, i18n } = useTranslation();
  const substanceName = useSubstanceName();
  return (name) => {
    if (substanceOf(name) !== undefined) return substanceName(name);
    const key = name
      .toLowerCase()
      .replace(/[^a-z]+/g, '-')
      .replace(/-$/, '');
    return i18n.exists(`cube.rival.${key}`) ? t(`cube.rival.${key}` as never) : name;
  };
}

export function SpectrumPlot({ spectrum }: { spectrum: PlumeSpectrum }) {
  const { t, i18n } = useTranslation();
  const nameOf = useSignalName();
  const { wavelength_nm: nm, contrast, fits } = spectrum;
  const [from, to] = [nm[0] ?? 0, nm.at(-1) ?? 1];
  const all = [contrast, ...fits.map(({ fitted }) => fitted)].flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (at: number) => PAD.left + ((WIDTH - PAD.left - PAD.right) * (at - from)) / (to - from || 1);
  const y = (value: number) => PAD.top + ((HEIGHT - PAD.top - PAD.bottom) * (high - value)) / (high - low || 1);
  const line = (values: readonly number[]) =>
    values.map((value, i) => `${x(nm[i]!).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const ticks = Array.from({ length: 40 }, (_, i) => Math.ceil(from / TICKS_NM) * TICKS_NM + i * TICKS_NM).filter(
    (at) => at <= to,
  );
  const fitText = ({ name, share }: PlumeSpectrum['fits'][number]) =>
    t('cube.fit', { name: nameOf(name), share: formatPercent(share, i18n.language) });
  const axis = t('cube.axis', { from: Math.round(from), to: Math.round(to) });
  return (
    <figure className="spectrum">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${axis}. ${fits.map(fitText).join('; ')}`}>
        {ticks.map((at) => (
          <g key={at}>
            <line className="spectrum-grid" x1={x(at)} x2={x(at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} />
            <text x={x(at)} y={HEIGHT - 7} textAnchor="middle">
              {at}
            </text>
          </g>
        ))}
        {[low, high].map((value) => (
          <text key={value} x={PAD.left - 5} y={y(value) + 4} textAnchor="end">
            {formatValue(value, i18n.language, 2)}
          </text>
        ))}
        {fits.map(({ name, fitted }, i) => (
          <polyline key={name} className={`spectrum-fit fit-${i}`} points={line(fitted)} />
        ))}
        <polyline className="spectrum-measured" points={line(contrast)} />
      </svg>
      <figcaption>
        <span>{axis}</span>
        <ul>
          <li>
            <span className="spectrum-key measured" /> {t('cube.measured')}
          </li>
          {fits.map((fit, i) => (
            <li key={fit.name}>
              <span className={`spectrum-key fit-${i}`} /> {fitText(fit)}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
