import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const SHOWN = 12;

/** A SHA-256: its beginning, all of it on paper and to a screen reader, copied at a press. */
export function Digest({ digest }: { digest: string }) {
  const { t } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(digest);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" className="digest" title={t('site.digest', { digest })} onClick={() => void copy()}>
      {isCopied ? (
        t('app.copied')
      ) : (
        <>
          <span className="hidden-text">{t('app.copy')} SHA-256 </span>
          {digest.slice(0, SHOWN)}
          <span className="digest-rest">{digest.slice(SHOWN)}</span>
          <span className="digest-more">…</span>
        </>
      )}
    </button>
  );
}
