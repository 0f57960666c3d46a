import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button } from '../ui/button';

// Anything on any page may have to ask, and hardly ever does: the form comes when it is wanted.
const PurposeDialog = lazy(() => import('./dialog'));

/** A button that asks why one reads other people's logs. */
export function AskPurposeButton(): ReactNode {
  const t = useWords('shell');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('purpose.say')}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <PurposeDialog
            onClose={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
