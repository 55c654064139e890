import type { Site } from '@plumeline/core';
import { useTranslation } from 'react-i18next';
import { useChangeView, useView } from '../data/view.ts';
import { useSubstanceName } from '../parts/words.ts';

/** Text and substance filter of a list of sites; both live in the address. */
export function ListFilter({ sites, shown }: { sites: readonly Site[]; shown: number }) {
  const { t } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const substanceName = useSubstanceName();
  const substances = [...new Set(sites.map(({ substance }) => substance))].sort();
  return (
    <div className="filter">
      <input
        type="search"
        aria-label={t('queue.filter')}
        placeholder={t('queue.filter')}
        value={view.q ?? ''}
        onChange={(event) => changeView({ q: event.target.value, at: undefined })}
      />
      <select
        aria-label={t('number.substance')}
        value={view.gas ?? ''}
        onChange={(event) => changeView({ gas: event.target.value, at: undefined })}
      >
        <option value="">{t('queue.allSubstances')}</option>
        {substances.map((key) => (
          <option key={key} value={key}>
            {substanceName(key)}
          </option>
        ))}
      </select>
      <span className="faint" role="status">
        {t('queue.count', { count: shown })}
      </span>
    </div>
  );
}
