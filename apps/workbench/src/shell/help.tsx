import { Button } from 'react-aria-components/Button';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from 'react-i18next';
import { Glyph } from '../parts/glyph.tsx';

/** Keys, in the groups in which they are used. */
export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const groups = [
    {
      title: t('help.anywhere'),
      keys: [
        [['/'], t('help.search')],
        [['g', 'f q s j'], t('help.go')],
        [['0'], t('help.fit')],
        [['t'], t('help.theme')],
        [['?'], t('help.help')],
      ],
    },
    {
      title: t('help.queueKeys'),
      keys: [
        [['j'], t('help.next')],
        [['k'], t('help.previous')],
        [['Enter'], t('help.open')],
        [['Esc'], t('help.back')],
      ],
    },
    {
      title: t('help.seriesKeys'),
      keys: [
        [['←', '→'], t('help.walk')],
        [['['], t('help.spanStart')],
        [[']'], t('help.spanEnd')],
        [['Esc'], t('help.resetSpan')],
      ],
    },
  ] as const;
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className="modal">
        <Dialog className="help">
          <header>
            <Heading slot="title">{t('help.title')}</Heading>
            <Button className="icon-button" aria-label={t('app.close')} onPress={onClose}>
              <Glyph name="close" />
            </Button>
          </header>
          {groups.map(({ title, keys }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {keys.map(([names, what]) => (
                  <div key={what}>
                    <dt>
                      {names.map((name) => (
                        <kbd key={name}>{name}</kbd>
                      ))}
                    </dt>
                    <dd>{what}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <p className="note">{t('help.note')}</p>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
