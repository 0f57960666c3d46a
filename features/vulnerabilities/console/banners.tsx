import { Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered } from '@shell/api/client';
import { GroupSelect } from '@shell/pick/group-select';
import { Button } from '@shell/ui/button';
import { SidePanel } from '@shell/ui/panel';
import { PlainTable } from '@shell/ui/plain-table';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { api, type BannerPreview } from './api';
import { bannerFaults, useRuleWords, wordOf } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

const heads = ['line', 'name', 'product', 'release', 'fault'] as const;

function Seen({ seen }: { seen: BannerPreview }): ReactNode {
  const t = useRuleWords();
  return (
    <PlainTable label={t('banners.seen')} heads={heads.map((head) => t(`banners.column.${head}`))}>
        {seen.rows.map((row) => (
          <tr key={row.line}>
            <td>{row.line}</td>
            <td>{row.name || '—'}</td>
            <td title={row.banner}>{row.product ?? '—'}</td>
            <td>{row.release ?? '—'}</td>
            <td>{row.fault ? wordOf(bannerFaults, row.fault, (known) => t(`banners.fault.${known}`)) : ''}</td>
          </tr>
        ))}
    </PlainTable>
  );
}

/** Many devices at once from what they say of themselves: pasted, read, looked at, added. */
export function Banners({ onClose }: { onClose: () => void }): ReactNode {
  const t = useRuleWords();
  const [text, setText] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const look = useMutation({ mutationFn: (body: { text: string; group_id: string }) => answered(api.POST('/api/v1/vulnerabilities/appliances/banners/preview', { body })) });
  const apply = useChange((body: { text: string; group_id: string }) => answered(api.POST('/api/v1/vulnerabilities/appliances/banners/import', { body })));
  const body = text.trim() === '' || group === null ? null : { text, group_id: group };
  const seen = look.data;
  const again = (): void => {
    look.reset();
    apply.reset();
  };
  return (
    <SidePanel label={t('banners.title')} title={t('banners.title')} onClose={onClose}>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (body) look.mutate(body);
        }}
      >
        <p className="sm sub">{t('banners.lead')}</p>
        <Textarea
          label={t('banners.text')}
          placeholder={t('banners.example')}
          autosize
          minRows={5}
          maxRows={14}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            again();
          }}
        />
        <GroupSelect
          label={t('banners.group')}
          fixedOnly
          value={group}
          onChange={(id) => {
            setGroup(id);
            again();
          }}
        />
        {look.error && <Failed error={look.error} />}
        {apply.data ? (
          <p role="status">{t('banners.done', { created: apply.data.created, updated: apply.data.updated })}</p>
        ) : (
          <>
            {seen && <Seen seen={seen} />}
            {seen?.good === 0 && <p className="sm sub">{t('banners.nothing')}</p>}
            {apply.error && <Failed error={apply.error} />}
            <Acts>
              {seen && body && seen.good > 0 ? (
                <Button
                  main
                  busy={apply.isPending}
                  onClick={() => {
                    apply.mutate(body);
                  }}
                >
                  {t('banners.apply', { count: seen.good })}
                </Button>
              ) : (
                <Button main type="submit" busy={look.isPending} disabled={body === null}>
                  {t('banners.look')}
                </Button>
              )}
            </Acts>
          </>
        )}
      </form>
    </SidePanel>
  );
}
