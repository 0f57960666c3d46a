import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { AskPurpose } from './ask';

/** The question in a window of its own. */
export default function PurposeDialog({ onClose }: { onClose: () => void }): ReactNode {
  const t = useWords('shell');
  return (
    <Modal opened title={t('purpose.title')} closeButtonProps={{ 'aria-label': t('close') }} onClose={onClose}>
      <AskPurpose onSaid={onClose} />
    </Modal>
  );
}
