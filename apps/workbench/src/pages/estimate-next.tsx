/** Legs that would tell most, for a person to accept or ignore. Nothing is sent to anybody. */
import { useTranslation } from 'react-i18next';
import { type ProposedLeg, proposeLegs } from '../data/api.ts';
import { useAsking } from '../data/asking.ts';
import { changeInquiry, type Inquiry } from '../data/inquiry.ts';
import { formatDistance, formatPercent, formatValue } from '../format/numbers.ts';
import { Coordinates } from '../parts/coordinates.tsx';
import { Waiting } from '../parts/waiting.tsx';

export function NextLeg({ inquiry }: { inquiry: Inquiry }) {
  const { t, i18n } = useTranslation();
  const asking = useAsking();
  const { proposals } = inquiry;
  const start = () =>
    asking.ask(async (signal) => {
      changeInquiry({ proposals: await proposeLegs(inquiry.estimate!.id, signal), verdicts: new Map() });
    });
  return (
    <section>
      <h2>{t('estimate.next')}</h2>
      <p className="note">{t('estimate.nextHelp')}</p>
      {proposals !== undefined && (
        <>
          <ol className="proposals">
            {proposals.legs.map((leg, index) => (
              <Proposal
                key={`${leg.kind} ${leg.from.lat} ${leg.heightAgl_m}`}
                leg={leg}
                index={index}
                inquiry={inquiry}
              />
            ))}
          </ol>
          <p className="faint">
            {t('estimate.nextAssumed', {
              speed: formatValue(proposals.assumed.groundSpeed_mps, i18n.language, 2),
              from: formatValue(proposals.assumed.windFrom_deg, i18n.language),
              wind: formatValue(proposals.assumed.windSpeed_mps, i18n.language, 2),
            })}
          </p>
        </>
      )}
      {proposals === undefined && !asking.isBusy && (
        <button type="button" className="button small" onClick={start}>
          {t('estimate.propose')}
        </button>
      )}
      <Waiting asking={asking} what={t('estimate.proposing')} />
    </section>
  );
}

function Proposal({ leg, index, inquiry }: { leg: ProposedLeg; index: number; inquiry: Inquiry }) {
  const { t, i18n } = useTranslation();
  const letter = String.fromCharCode(65 + index);
  const verdict = inquiry.verdicts.get(index);
  const judge = (next: 'accepted' | 'ignored' | undefined) => {
    const verdicts = new Map(inquiry.verdicts);
    if (next === undefined) verdicts.delete(index);
    else verdicts.set(index, next);
    changeInquiry({ verdicts });
  };
  const point = () => changeInquiry({ proposal: index });
  const leave = () => changeInquiry({ proposal: undefined });
  const { crossingDistance_m: distance } = leg;
  return (
    <li className="proposal" data-verdict={verdict} onMouseEnter={point} onMouseLeave={leave} onFocus={point}>
      <b className="letter">{letter}</b>
      <div>
        <p>{t(`estimate.legKind.${leg.kind}`)}</p>
        <p className="faint">
          {distance === undefined
            ? t('estimate.nextSees', { share: formatPercent(leg.seen, i18n.language) })
            : t('estimate.nextSeesAt', {
                share: formatPercent(leg.seen, i18n.language),
                near: formatDistance(distance.p10, i18n.language),
                far: formatDistance(distance.p90, i18n.language),
              })}{' '}
          {t('estimate.nextCost', {
            length: formatDistance(leg.length_m, i18n.language),
            height: formatValue(leg.heightAgl_m, i18n.language, 2),
            minutes: formatValue(leg.duration_s / 60, i18n.language, 2),
            gain: formatValue(leg.gain_nats, i18n.language, 2),
          })}
        </p>
        {verdict === 'accepted' && (
          <p className="ends">
            <Coordinates position={leg.from} /> → <Coordinates position={leg.to} />
          </p>
        )}
        <div className="answer-buttons">
          {verdict === undefined ? (
            <>
              <button type="button" className="button small" onClick={() => judge('accepted')}>
                {t('estimate.accept')}
                <span className="hidden-text"> {letter}</span>
              </button>
              <button type="button" className="button small" onClick={() => judge('ignored')}>
                {t('estimate.ignore')}
                <span className="hidden-text"> {letter}</span>
              </button>
            </>
          ) : (
            <button type="button" className="button small" onClick={() => judge(undefined)}>
              {t('estimate.undo')}
              <span className="hidden-text"> {letter}</span>
            </button>
          )}
          {verdict !== undefined && <span className="faint">{t(`estimate.verdict.${verdict}`)}</span>}
        </div>
      </div>
    </li>
  );
}
