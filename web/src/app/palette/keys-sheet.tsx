// SPDX-License-Identifier: Apache-2.0
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/ui/dialog';
import '@/app/palette/palette.css';

const SHEET = {
  everywhere: { palette: 'Ctrl K', sheet: '?', close: 'Esc', tabs: '← →' },
  lists: { move: '↑ ↓', ends: 'Home End', open: 'Enter', choose: 'Space', search: '/' },
  grid: { move: '↑ ↓ ← →', open: 'Enter', close: 'Esc' },
  log: { next: 'Enter', previous: 'Shift Enter' },
} as const;

/** What each key does, by the place where it does it. */
export default function KeysSheet({ on_close }: { on_close: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Dialog title={t('keys.title')} on_close={on_close}>
      {Object.entries(SHEET).map(([place, keys]) => (
        <section key={place} className="keys-part">
          <h3>{t(`keys.${place as 'lists'}.title`)}</h3>
          <dl>
            {Object.entries(keys).map(([what, combination]) => (
              <div key={what}>
                <dt>{t(`keys.${place as 'lists'}.${what as 'move'}`)}</dt>
                <dd>
                  {combination.split(' ').map((key) => (
                    <Fragment key={key}>
                      <kbd>{key}</kbd>{' '}
                    </Fragment>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
