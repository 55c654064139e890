import { useTranslation } from 'react-i18next';

export function MapFailed({ reason }: { reason: string }) {
  const { t } = useTranslation();
  return (
    <div className="map-failed" role="alert">
      <p>{t('map.failed', { reason })}</p>
      <p>{t('map.failedHelp')}</p>
    </div>
  );
}
