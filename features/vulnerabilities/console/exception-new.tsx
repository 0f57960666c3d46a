import { Radio, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered } from '@shell/api/client';
import { GroupSelect } from '@shell/pick/group-select';
import { usePlace } from '@shell/session/session';
import { now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { api, type Scope } from './api';
import { untilBounds, untilOf } from './exception-until';
import { number } from './number';
import { useRuleWords } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

type Where = 'all' | 'group' | 'endpoint';

/** How many findings stop being red, before anybody decides. */
function Preview({ of }: { of: { weakness: string; subject: string | null; scope: Scope } | null }): ReactNode {
  const t = useRuleWords();
  const [asked] = useDebouncedValue(of, 300, { leading: true });
  const query = useQuery({
    queryKey: ['vulnerabilities', 'exceptions', 'preview', asked],
    enabled: asked !== null,
    queryFn: () => answered(api.POST('/api/v1/vulnerabilities/exceptions/preview', { body: asked ?? { weakness: '', subject: null, scope: 'all' } })),
  });
  const said = query.data && (query.data.findings === 0 ? t('new.preview_none') : t('new.preview_count', { machines: number(query.data.machines), count: number(query.data.findings) }));
  return (
    <div role="status" aria-label={t('new.preview')}>
      <h3>{t('new.preview')}</h3>
      <p className="sm sub">{asked === null ? t('new.preview_wait') : said}&nbsp;</p>
      {query.error && <Failed error={query.error} />}
    </div>
  );
}

/** A weakness is set aside for a while: which, where, why and until when. */
export function NewException({ given, onClose }: { given: Record<string, string>; onClose: () => void }): ReactNode {
  const t = useRuleWords();
  const { zone } = usePlace();
  const endpoint = given['endpoint'];
  const [weakness, setWeakness] = useState(given['weakness'] ?? '');
  const [subject, setSubject] = useState(given['subject'] ?? '');
  const [where, setWhere] = useState<Where>(endpoint === undefined ? 'all' : 'endpoint');
  const [group, setGroup] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [day, setDay] = useState('');
  const until = untilOf(day, now(), zone);
  const { least, most } = untilBounds(now(), zone);
  const scope: Scope | null = where === 'all' ? 'all' : where === 'group' ? (group === null ? null : { group }) : endpoint === undefined ? null : { endpoint };
  const of = weakness.trim() === '' || scope === null ? null : { weakness: weakness.trim(), subject: subject.trim() || null, scope };
  const good = of !== null && until !== null && reason.trim() !== '';
  const save = useChange(
    (body: NonNullable<typeof of> & { reason: string; until: string }) => answered(api.POST('/api/v1/vulnerabilities/exceptions', { body })),
    onClose,
  );
  return (
    <SidePanel label={t('new.title')} title={t('new.title')} onClose={onClose}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (good) save.mutate({ ...of, reason: reason.trim(), until });
        }}
      >
        <TextInput
          label={t('new.weakness')}
          description={t('new.weakness_hint')}
          value={weakness}
          onChange={(event) => {
            setWeakness(event.currentTarget.value);
          }}
        />
        <TextInput
          label={t('new.subject')}
          description={t('new.subject_hint')}
          value={subject}
          onChange={(event) => {
            setSubject(event.currentTarget.value);
          }}
        />
        <Radio.Group
          label={t('new.where')}
          value={where}
          onChange={(next) => {
            setWhere(next as Where);
          }}
        >
          <div className={css['radios']}>
            <Radio value="all" label={t('exceptions.scope.all')} />
            <Radio value="group" label={t('exceptions.scope.group')} />
            {endpoint !== undefined && <Radio value="endpoint" label={t('new.endpoint')} />}
          </div>
        </Radio.Group>
        {where === 'group' && <GroupSelect label={t('new.group')} fixedOnly value={group} onChange={setGroup} />}
        <Textarea
          label={t('new.reason')}
          description={t('new.reason_hint')}
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <TextInput
          type="date"
          label={t('new.until')}
          description={t('new.until_hint')}
          min={least}
          max={most}
          error={day !== '' && until === null ? t('new.until_fault') : undefined}
          value={day}
          onChange={(event) => {
            setDay(event.currentTarget.value);
          }}
        />
        <Preview of={of} />
        {save.error && <Failed error={save.error} />}
        <Acts>
          <Button main type="submit" busy={save.isPending} disabled={!good}>
            {t('new.save')}
          </Button>
        </Acts>
      </form>
    </SidePanel>
  );
}
