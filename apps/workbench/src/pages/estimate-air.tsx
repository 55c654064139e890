/** How place and rate move when the wind or its turbulence were not what was measured. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type RelocationWish, relocate } from '../data/api.ts';
import { useAsking } from '../data/asking.ts';
import { asideOf, changeInquiry, type Inquiry, readInquiry, wishOf } from '../data/inquiry.ts';
import { useMovedText } from '../parts/moved.tsx';
import { Waiting } from '../parts/waiting.tsx';

/** About one standard error of a wind vane, an anemometer and a turbulence estimate, each way. */
const CHANGES: readonly { readonly name: string; readonly whatIf: NonNullable<RelocationWish['whatIf']> }[] = [
  { name: 'left', whatIf: { windTurn_deg: -10 } },
  { name: 'right', whatIf: { windTurn_deg: 10 } },
  { name: 'slower', whatIf: { windFactor: 1 / 1.15 } },
  { name: 'faster', whatIf: { windFactor: 1.15 } },
  { name: 'calmer', whatIf: { turbulenceFactor: 1 / 1.5 } },
  { name: 'rougher', whatIf: { turbulenceFactor: 1.5 } },
];

export function OtherAir({ inquiry }: { inquiry: Inquiry }) {
  const { t } = useTranslation();
  const asking = useAsking();
  const [share, setShare] = useState(0);
  const movedText = useMovedText();
  const estimate = inquiry.estimate!;
  const start = () =>
    asking.ask(async (signal) => {
      setShare(0);
      const setAside = wishOf(asideOf(estimate.passes));
      for (const [done, { name, whatIf }] of CHANGES.entries()) {
        const answer = await relocate(estimate.id, { setAside, whatIf }, signal);
        changeInquiry({ trials: new Map(readInquiry().trials).set(`air:${name}`, answer) });
        setShare((done + 1) / CHANGES.length);
      }
    });
  const rows = CHANGES.flatMap(({ name }) => {
    const answer = inquiry.trials.get(`air:${name}`);
    return answer === undefined ? [] : [{ name, ...movedText(estimate, answer) }];
  });
  return (
    <section>
      <h2>{t('estimate.air')}</h2>
      <p className="note">{t('estimate.airHelp')}</p>
      {rows.length > 0 && (
        <table className="air">
          <thead>
            <tr>
              <th scope="col">{t('estimate.change')}</th>
              <th scope="col">{t('estimate.place')}</th>
              <th scope="col" className="number">
                {t('estimate.rate')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, place, rate, isOutside }) => (
              <tr
                key={name}
                data-chosen={inquiry.trial === `air:${name}` || undefined}
                onMouseEnter={() => changeInquiry({ trial: `air:${name}` })}
                onMouseLeave={() => changeInquiry({ trial: undefined })}
              >
                <th scope="row">
                  <button
                    type="button"
                    className="air-show"
                    aria-pressed={inquiry.trial === `air:${name}`}
                    onFocus={() => changeInquiry({ trial: `air:${name}` })}
                    onClick={() => changeInquiry({ trial: `air:${name}` })}
                  >
                    {t(`estimate.airChange.${name}` as never)}
                  </button>
                </th>
                <td className={isOutside ? 'outside' : undefined}>{place}</td>
                <td className="number">{rate}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length < CHANGES.length && !asking.isBusy && (
        <button type="button" className="button small" onClick={start}>
          {t('estimate.tryAir')}
        </button>
      )}
      <Waiting asking={asking} what={t('estimate.tryingAir')} share={share} />
    </section>
  );
}
