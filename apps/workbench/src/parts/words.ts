/** Words for keys that come from records. An unknown key is shown as it is, never dropped. */
import { type Caveat, type Fault, type Job, substanceOf } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import { formatValue } from '../format/numbers.ts';

export function useSubstanceName(): (key: string | undefined) => string {
  const { i18n } = useTranslation();
  return (key) => {
    const name = key === undefined ? '' : (substanceOf(key)?.names[i18n.language === 'es' ? 'es' : 'en'] ?? key);
    return name.charAt(0).toUpperCase() + name.slice(1);
  };
}

export function useCaveatText(): (caveat: Caveat) => string {
  const { t, i18n } = useTranslation();
  return ({ code, params }) => {
    const shown = Object.fromEntries(
      Object.entries(params).map(([key, value]) => [
        key,
        typeof value === 'number' ? formatValue(value, i18n.language) : value,
      ]),
    );
    if (i18n.exists(`caveat.${code}`)) return t(`caveat.${code}` as never, shown);
    const detail = Object.entries(shown)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
    return t('caveat.unknown', { code, detail });
  };
}

export function useStageName(): (job: Job) => string {
  const { t, i18n } = useTranslation();
  return ({ progress }) => {
    const key = `jobs.stage.${progress.stage}`;
    return i18n.exists(key) ? t(key as never) : progress.stage;
  };
}

export function useJobName(): (job: Job) => string {
  const { t, i18n } = useTranslation();
  return ({ name }) => {
    const key = `jobs.name.${name}`;
    return i18n.exists(key) ? t(key as never) : name;
  };
}

/** The fault in the reader's language where there are words for its code; else the server's English. */
export function useFaultText(): (fault: Fault) => { message: string; remedy: string; isEnglish: boolean } {
  const { t, i18n } = useTranslation();
  return ({ code, message, remedy }) => {
    const messageKey = `fault.${code}.message`;
    const remedyKey = `fault.${code}.remedy`;
    const isKnown = i18n.language !== 'en' && i18n.exists(messageKey) && i18n.exists(remedyKey);
    return isKnown
      ? { message: t(messageKey as never), remedy: t(remedyKey as never), isEnglish: false }
      : { message, remedy, isEnglish: true };
  };
}

export type EvidenceWord = 'none' | 'weak' | 'positive' | 'strong' | 'veryStrong';

/** Kass and Raftery 1995, section 3.2, on the natural logarithm of the Bayes factor. */
export function evidenceWord(lnBayesFactor: number): EvidenceWord {
  if (lnBayesFactor < 0) return 'none';
  if (lnBayesFactor < 1) return 'weak';
  if (lnBayesFactor < 3) return 'positive';
  return lnBayesFactor < 5 ? 'strong' : 'veryStrong';
}
