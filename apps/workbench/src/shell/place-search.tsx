import type { Position } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { useTranslation } from 'react-i18next';
import { sitesQuery } from '../data/api.ts';
import { carried, useChangeView, useView } from '../data/view.ts';
import { formatPosition, parsePosition } from '../format/coordinates.ts';
import { formatRate } from '../format/numbers.ts';
import { Glyph } from '../parts/glyph.tsx';
import { useSubstanceName } from '../parts/words.ts';

const MOST_ANSWERS = 12;
/** Close enough to see a town around the place. */
const PLACE_ZOOM = 12;

interface Answer {
  readonly id: string;
  readonly text: string;
  readonly detail: string;
  readonly position?: Position;
}

/** Finds a site by its label or substance, or goes to coordinates typed in. */
export function PlaceSearch() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const view = useView();
  const changeView = useChangeView();
  const substanceName = useSubstanceName();
  const sites = useQuery(sitesQuery).data ?? [];
  const [text, setText] = useState('');
  const position = parsePosition(text);
  const wanted = text.trim().toLowerCase();
  const answers: Answer[] = position
    ? [{ id: 'place', text: t('bar.searchGo', { place: formatPosition(position, 'decimal') }), detail: '', position }]
    : sites
        .filter(({ label, substance }) => `${label} ${substanceName(substance)}`.toLowerCase().includes(wanted))
        .slice(0, MOST_ANSWERS)
        .map(({ id, label, substance, rate_kgph }) => {
          const { value, unit } = formatRate(rate_kgph, i18n.language);
          return { id, text: label, detail: `${substanceName(substance)}, ${value} ${unit}` };
        });
  const choose = (id: string | null) => {
    if (id === null) return;
    setText('');
    (document.activeElement as HTMLElement | null)?.blur();
    if (id !== 'place') {
      void navigate({ to: '/sites/$siteId', params: { siteId: id }, search: carried(view) as never });
    } else if (position !== undefined) {
      changeView({ map: `${PLACE_ZOOM}/${position.lat}/${position.lon}` });
    }
  };
  return (
    <ComboBox
      className="search"
      aria-label={t('bar.search')}
      items={answers}
      inputValue={text}
      onInputChange={setText}
      selectedKey={null}
      onSelectionChange={(key) => choose(key === null ? null : String(key))}
      allowsEmptyCollection={wanted !== ''}
      menuTrigger="input"
    >
      <Glyph name="search" />
      <Input placeholder={t('bar.searchHint')} />
      <kbd>/</kbd>
      <Popover className="popover search-answers">
        <ListBox<Answer> renderEmptyState={() => <p className="note">{t('bar.searchNone')}</p>}>
          {(answer) => (
            <ListBoxItem id={answer.id} textValue={answer.text} className="answer">
              <span>{answer.text}</span>
              <span className="faint">{answer.detail}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
