import { useQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { useTranslation } from 'react-i18next';
import { basemapQuery } from '../data/api.ts';
import { hiddenLayers, LAYERS, type LayerName, useChangeView, useView } from '../data/view.ts';
import { Glyph } from '../parts/glyph.tsx';
import type { Painter } from './painter.ts';

export function MapControls({ painter, onFit }: { painter: Painter; onFit: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="map-controls">
      <div className="map-buttons">
        <Button className="zoom" aria-label={t('map.zoomIn')} onPress={() => painter.zoomBy(1)}>
          <Glyph name="plus" />
        </Button>
        <Button className="zoom" aria-label={t('map.zoomOut')} onPress={() => painter.zoomBy(-1)}>
          <Glyph name="minus" />
        </Button>
        <Button id="map-fit" aria-label={t('map.fit')} onPress={onFit}>
          <Glyph name="fit" />
        </Button>
      </div>
      <div className="map-buttons">
        <LayerSwitch />
      </div>
    </div>
  );
}

function LayerSwitch() {
  const { t } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const hidden = hiddenLayers(view);
  const states = useQuery(basemapQuery('states')).data;
  const show = (name: LayerName, isShown: boolean) => {
    const next = LAYERS.filter((layer) => (layer === name ? !isShown : hidden.has(layer)));
    changeView({ hide: next.length === 0 ? undefined : next.join('.') });
  };
  return (
    <DialogTrigger>
      <Button aria-label={t('map.layers')}>
        <Glyph name="layers" />
      </Button>
      <Popover className="popover" placement="left top">
        <Dialog className="layer-list" aria-label={t('map.layers')}>
          <h2>{t('map.layers')}</h2>
          {LAYERS.map((name) => (
            <Checkbox key={name} className="check" isSelected={!hidden.has(name)} onChange={(on) => show(name, on)}>
              <span className="box" aria-hidden="true" />
              {t(`map.layer.${name}`)}
            </Checkbox>
          ))}
          {states === null && <p className="note">{t('map.noMunicipalities')}</p>}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
