import type { Fault } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../format/numbers.ts';
import { Glyph } from './glyph.tsx';
import { useFaultText } from './words.ts';

const MOST_SHOWN = 50;

/** Every fault with its place and its remedy. */
export function FaultTable({ title, faults }: { title: string; faults: readonly Fault[] }) {
  const { t, i18n } = useTranslation();
  const textOf = useFaultText();
  return (
    <div className="faults">
      <h3>
        <Glyph name="warn" /> {title}
      </h3>
      <ul>
        {faults.slice(0, MOST_SHOWN).map((fault) => {
          const { file, row, column } = fault.place;
          const { kind, message, remedy, isRemedyEnglish } = textOf(fault);
          return (
            <li key={`${file} ${row} ${column} ${fault.code} ${fault.message}`}>
              <p className="fault-place">
                {file !== undefined && <span className="file-name">{file}</span>}
                {row !== undefined && (
                  <span>
                    {t('flights.faultRow')} {formatCount(row, i18n.language)}
                  </span>
                )}
                {column !== undefined && <span>{t('flights.column', { name: column })}</span>}
              </p>
              {kind !== undefined && <p>{kind}</p>}
              <p lang="en" className={kind === undefined ? undefined : 'faint'}>
                {message}
              </p>
              <p className="remedy" lang={isRemedyEnglish ? 'en' : undefined}>
                {remedy}
              </p>
            </li>
          );
        })}
      </ul>
      {faults.length > MOST_SHOWN && <p className="faint">+{formatCount(faults.length - MOST_SHOWN, i18n.language)}</p>}
    </div>
  );
}
