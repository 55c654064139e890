import { useTranslation } from 'react-i18next';
import type { Asking } from '../data/asking.ts';
import { formatPercent } from '../format/numbers.ts';
import { ProblemNote } from './states.tsx';

/** What is being worked out, for how long, how far, and a button to stop it; or what went wrong. */
export function Waiting({ asking, what, share }: { asking: Asking; what: string; share?: number }) {
  const { t, i18n } = useTranslation();
  if (asking.error !== undefined) return <ProblemNote error={asking.error} />;
  if (!asking.isBusy) return null;
  const elapsed = asking.elapsed_s === 0 ? '' : ` ${t('estimate.elapsed', { seconds: asking.elapsed_s })}`;
  return (
    <div className="waiting" role="status">
      <span>
        {what}
        {elapsed}
        {share !== undefined && ` · ${formatPercent(share, i18n.language)}`}
      </span>
      <progress aria-label={what} max={1} {...(share === undefined ? {} : { value: share })} />
      <button type="button" className="button small" onClick={asking.stop}>
        {t('estimate.stop')}
      </button>
    </div>
  );
}
