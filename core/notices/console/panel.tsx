import { Select, TextInput, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Notice } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { useGroups } from '@shell/pick/groups';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';

const lifetimes = ['3600', '86400', '259200', '604800'] as const;

function NewNotice({ onSent }: { onSent: (notice: Notice) => Promise<void> }): ReactNode {
  const t = useWords('notices');
  const { data: groups = [] } = useGroups();
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const [lifetime, setLifetime] = useState<string>('86400');
  const target = groups.find((one) => one.id === group);
  const send = useMutation({
    mutationFn: () =>
      answered(api.POST('/api/v1/notices', { body: { title, text, group_id: group ?? '', expires_in_s: Number(lifetime) } })),
    onSuccess: onSent,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <Fields>
        <TextInput
          label={t('column.title')}
          value={title}
          onChange={(event) => {
            setTitle(event.currentTarget.value);
          }}
        />
        <Textarea
          label={t('text')}
          description={t('text_hint')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        <GroupSelect label={t('group')} value={group} onChange={setGroup} />
        <Select
          label={t('column.expires')}
          data={lifetimes.map((value) => ({ value, label: t(`lifetime.${value}`) }))}
          value={lifetime}
          onChange={(value) => {
            setLifetime(value ?? '86400');
          }}
        />
        {send.error && <Failed error={send.error} />}
        <p className="sm sub">{target ? t('hits', { count: target.endpoint_count }) : ''}</p>
        <Acts>
          <Button main type="submit" icon="message" busy={send.isPending} disabled={!title.trim() || !text.trim() || group === null}>
            {t('send')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

/** Writing a notice, or how far an older one has got. */
export function NoticePanel({
  notice,
  onClose,
  onSent,
}: {
  notice: Notice | null;
  onClose: () => void;
  onSent: (notice: Notice) => Promise<void>;
}): ReactNode {
  const t = useWords('notices');
  return (
    <SidePanel label={t('panel')} title={notice?.title ?? t('add')} onClose={onClose}>
      {notice ? (
        <KeyValues
          facts={[
            { label: t('text'), value: notice.text },
            { label: t('column.created'), value: <ExactTime at={notice.created_at} /> },
            { label: t('column.by'), value: notice.created_by },
            { label: t('column.expires'), value: <ExactTime at={notice.expires_at} /> },
            { label: t('column.waiting'), value: notice.delivery.waiting },
            { label: t('column.shown'), value: notice.delivery.shown },
            { label: t('column.closed'), value: notice.delivery.closed },
            { label: t('column.failed'), value: notice.delivery.failed },
          ]}
        />
      ) : (
        <NewNotice onSent={onSent} />
      )}
    </SidePanel>
  );
}
