import { useWords } from '@shell/i18n';
import type { AssetDetail } from '@shell/api/schema';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { Findings, useMachine } from './machine-findings';
import { useListWords } from './own-words';
import css from './parts.module.css';
import { Remedy } from './remedy';

/** So many of an asset's findings stand on its own page; the rest is one press away. */
const most = 5;

/** What is weak on an asset, on its own page. Nothing for what has nothing to judge: a chair has no version. */
export default function AssetPart({ asset }: { asset: AssetDetail }): ReactNode {
  const t = useListWords();
  const title = useWords('vulnerabilities');
  const query = useMachine(asset.id);
  if (query.data === null) return null;
  return (
    <Section
      title={title('tab')}
      note={
        <span className={css['noteActs']}>
          {query.data?.findings.some((finding) => finding.standing === 'open') && <Remedy filter={{ asset: asset.id }} small />}
          <Go className="t" to={`/vulnerabilities/machines/${asset.id}`}>
            {t('machine.all')}
          </Go>
        </span>
      }
    >
      <Await query={query} lines={3}>
        {(machine) => {
          const open = machine?.findings.filter((finding) => finding.standing === 'open') ?? [];
          return machine === null || open.length === 0 ? <p className="sm sub">{t('machine.findings_none')}</p> : <Findings of={open.slice(0, most)} machine={machine} />;
        }}
      </Await>
    </Section>
  );
}
