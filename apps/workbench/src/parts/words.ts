/** Words for keys that come from records. An unknown key is shown as it is, never dropped. */
import { type Caveat, type Exclusion, type Fault, type Job, substanceOf } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import { formatValue } from '../format/numbers.ts';
import { EXCLUSIONS_ES, FAULTS_ES } from '../words/faults-es.ts';

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

/**
 * What to say of a fault. The server's sentence, in English, holds the particulars; a reader of Spanish gets the
 * fault's kind and remedy in Spanish first.
 */
export function useFaultText(): (fault: Fault) => {
  kind?: string;
  message: string;
  remedy: string;
  isRemedyEnglish: boolean;
} {
  const { i18n } = useTranslation();
  return ({ code, message, remedy }) => {
    const words = i18n.language === 'es' ? FAULTS_ES[code] : undefined;
    if (words === undefined) return { message, remedy, isRemedyEnglish: true };
    return { kind: words[0], message, remedy: words[1], isRemedyEnglish: false };
  };
}

/** Why samples were set aside: in Spanish where there are words for the code, with the reader's English reason else. */
export function useExclusionText(): (exclusion: Exclusion) => { text: string; isEnglish: boolean } {
  const { i18n } = useTranslation();
  return ({ code, reason }) => {
    const words = EXCLUSIONS_ES[code] ?? FAULTS_ES[code]?.[0];
    if (i18n.language === 'es' && words !== undefined) return { text: words, isEnglish: false };
    return { text: reason.charAt(0).toUpperCase() + reason.slice(1), isEnglish: true };
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

export type LegWord = 'for' | 'against' | 'little';

/** What one leg says of a source: under half a unit of ln evidence it says little. */
export function legSays(lnFor: number): LegWord {
  if (Math.abs(lnFor) < 0.5) return 'little';
  return lnFor > 0 ? 'for' : 'against';
}
