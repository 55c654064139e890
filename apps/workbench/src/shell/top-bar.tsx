import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Glyph } from '../parts/glyph.tsx';
import { changeLanguage, LANGUAGES } from '../words/i18n.ts';
import { PlaceSearch } from './place-search.tsx';
import { toggleTheme, useTheme } from './theme.ts';

const LANGUAGE_NAMES = { en: 'bar.english', es: 'bar.spanish' } as const;

export function TopBar({ onHelp }: { onHelp: () => void }) {
  const { t, i18n } = useTranslation();
  const theme = useTheme();
  return (
    <header className="bar">
      <Link to="/queue" className="wordmark">
        <svg viewBox="0 0 20 26" aria-hidden="true">
          <path className="plumb-line" d="M10 1v9" />
          <path
            className="plumb-bob"
            d="M10 25c-.9-3.400-5.200-6-5.200-10.200A5.200 5.200 0 0 1 10 9.400a5.200 5.200 0 0 1 5.200 5.400C15.200 19 10.900 21.600 10 25z"
          />
        </svg>
        <span>{t('app.name')}</span>
      </Link>
      <PlaceSearch />
      <div className="bar-tools">
        <fieldset className="languages">
          <legend className="hidden-text">{t('bar.language')}</legend>
          {LANGUAGES.map((language) => (
            <button
              key={language}
              type="button"
              lang={language}
              aria-pressed={i18n.language === language}
              onClick={() => void changeLanguage(language)}
            >
              {language.toUpperCase()}
              <span className="hidden-text"> {t(LANGUAGE_NAMES[language])}</span>
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          className="icon-button"
          aria-label={theme === 'dark' ? t('bar.toLight') : t('bar.toDark')}
          onClick={toggleTheme}
        >
          <Glyph name={theme === 'dark' ? 'sun' : 'moon'} />
        </button>
        <button type="button" className="icon-button" aria-label={t('bar.help')} onClick={onHelp}>
          <Glyph name="help" />
        </button>
      </div>
    </header>
  );
}
