import { useParams } from '@tanstack/react-router';
import { useCrumbs } from '@shell/ui/page';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { MachineFindings, MachineState, useMachine } from './machine-findings';
import { useListWords } from './own-words';
import css from './parts.module.css';
import { useWords } from '@shell/i18n';

/** One machine or device, and what is weak on it. */
export default function MachinePage(): ReactNode {
  const t = useListWords();
  const titles = useWords('vulnerabilities');
  const { id = '' } = useParams({ strict: false });
  const query = useMachine(id);
  useCrumbs('weaknesses', [{ label: titles('machines'), to: '/vulnerabilities/machines' }, { label: query.data?.name ?? titles('machine') }]);
  return (
    <Await query={query} lines={14}>
      {(machine) =>
        machine === null ? (
          <Empty>{t('machine.not_yet')}</Empty>
        ) : (
          <>
            <header className={css['title']}>
              <MachineState machine={machine} />
              <h1 className={css['machine']}>{machine.name}</h1>
              <p className="sub">{[machine.group_name, machine.os].filter(Boolean).join(' · ')}</p>
            </header>
            <MachineFindings machine={machine} />
          </>
        )
      }
    </Await>
  );
}
