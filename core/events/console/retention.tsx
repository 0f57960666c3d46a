import type { Retention } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Columns, Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { useState, type ReactNode } from 'react';
import { DiskSection, NightSection } from './retention-aside';
import { RulesForm } from './retention-form';
import { Waiting } from './retention-waiting';
import css from './retention.module.css';
import { RuleList } from './rule-list';
import { useRetention } from './use-retention';

function Rules({ retention }: { retention: Retention }): ReactNode {
  const t = useWords('events');
  const mayWrite = useCan('settings.write');
  const [editing, setEditing] = useState(false);
  const { in_force, waiting } = retention;
  if (editing) {
    return (
      <Section title={t('keep.change_title')} note={t('keep.change_note')}>
        <RulesForm
          retention={retention}
          onDone={() => {
            setEditing(false);
          }}
        />
      </Section>
    );
  }
  const change = mayWrite && (
    <Button
      small
      icon="edit"
      onClick={() => {
        setEditing(true);
      }}
    >
      {t('keep.change')}
    </Button>
  );
  return (
    <>
      {waiting && <Waiting waiting={waiting} first={!in_force} />}
      <Section title={t('keep.in_force')} note={change}>
        {in_force ? (
          <div className={css['parts']}>
            <RuleList label={t('keep.in_force')} rules={in_force.rules} />
            <p className="xs dim">
              {in_force.created_by === 'server' ? t('keep.by_server') : t('keep.by', { name: in_force.created_by })} <ExactTime at={in_force.takes_effect_at} />
            </p>
          </div>
        ) : (
          <p className="sub">{t('keep.first_day')}</p>
        )}
      </Section>
    </>
  );
}

export default function RetentionPage(): ReactNode {
  const t = useWords('events');
  return (
    <>
      <PageHead room="settings" title="events:keep.title" lead={t('keep.lead')} />
      <Await query={useRetention()} lines={12}>
        {(retention) => (
          <Columns
            main={<Rules retention={retention} />}
            side={
              <>
                <NightSection retention={retention} />
                <DiskSection />
              </>
            }
          />
        )}
      </Await>
    </>
  );
}
