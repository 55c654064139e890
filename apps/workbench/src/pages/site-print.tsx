import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatInstant } from '../format/times.ts';
import { mapPicture } from '../map/picture.ts';

/** The map as it stands, put on the page when it goes to paper. */
export function PrintMap({ label }: { label: string }) {
  const { t } = useTranslation();
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const take = () => {
      const picture = mapPicture();
      if (picture !== undefined) holder.current?.replaceChildren(picture);
    };
    addEventListener('beforeprint', take);
    return () => removeEventListener('beforeprint', take);
  }, []);
  return (
    <figure className="print-map">
      <div ref={holder} role="img" aria-label={label} />
      <figcaption>
        {t('map.region50')}. {t('map.region90')}. {t('map.posterior')}.
      </figcaption>
    </figure>
  );
}

export function PrintFoot() {
  const { t, i18n } = useTranslation();
  const [at, setAt] = useState('');
  useEffect(() => {
    const stamp = () => setAt(new Date().toISOString());
    stamp();
    addEventListener('beforeprint', stamp);
    return () => removeEventListener('beforeprint', stamp);
  }, []);
  if (at === '') return null;
  return (
    <p className="print-foot">
      {t('site.printedAt', { time: formatInstant(at, i18n.language), address: location.origin + location.pathname })}
    </p>
  );
}
