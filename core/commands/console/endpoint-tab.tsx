import { TextInput, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan, useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Columns, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { CommandList } from './command-list';
import css from './commands.module.css';
import { followInTray } from './follow';

function RefreshInventory({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('commands');
  const client = useQueryClient();
  const { admin } = useSession();
  const send = useMutation({
    mutationFn: () =>
      answered(api.POST('/api/v1/commands', { body: { name: 'inventory.refresh', endpoints: [endpoint.id], args: {} } })),
    onSuccess: async (page) => {
      followInTray(client, page.items, `${t('name.inventory.refresh')} ${endpoint.hostname}`, admin.display_name, {
        done: t('followed.done'),
        waits: t('followed.waits'),
      });
      await client.invalidateQueries({ queryKey: ['commands'] });
    },
  });
  return (
    <Section title={t('name.inventory.refresh')}>
      <div className={css['send']}>
        <p className="sm sub">{t('refresh_hint')}</p>
        {send.error && <Failed error={send.error} />}
        <div>
          <Button
            icon="refresh"
            busy={send.isPending}
            onClick={() => {
              send.mutate();
            }}
          >
            {t('refresh_act')}
          </Button>
        </div>
      </div>
    </Section>
  );
}

function SendNotice({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('commands');
  const client = useQueryClient();
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const send = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/notices', { body: { title, text, endpoints: [endpoint.id] } })),
    onSuccess: async () => {
      setTitle('');
      setText('');
      await client.invalidateQueries({ queryKey: ['commands'] });
    },
  });
  return (
    <Section title={t('notice')}>
      <form
        className={css['send']}
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate();
        }}
      >
        <TextInput
          label={t('notice_title')}
          value={title}
          onChange={(event) => {
            setTitle(event.currentTarget.value);
          }}
        />
        <Textarea
          label={t('notice_text')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        {send.error && <Failed error={send.error} />}
        <p role="status" className="sm sub">
          {send.isSuccess ? t('notice_sent', { name: endpoint.hostname }) : ''}
        </p>
        <div>
          <Button main type="submit" icon="message" busy={send.isPending} disabled={title.trim() === '' || text.trim() === ''}>
            {t('notice_act')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

export default function EndpointCommands({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const mayRun = useCan('commands.run');
  const mayNotify = useCan('notices.write');
  const list = <CommandList endpoint={endpoint.id} />;
  if ((!mayRun && !mayNotify) || endpoint.state === 'pending' || endpoint.state === 'retired') return list;
  return (
    <Columns
      main={list}
      side={
        <>
          {mayNotify && <SendNotice endpoint={endpoint} />}
          {mayRun && <RefreshInventory endpoint={endpoint} />}
        </>
      }
    />
  );
}
