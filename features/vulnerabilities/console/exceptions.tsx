import { useSearchState } from '@shell/address/use-search';
import { answered } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { ListPage } from '@shell/ui/list-page';
import { SidePanel } from '@shell/ui/panel';
import type { Column } from '@shell/ui/table';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { api, type Exception } from './api';
import { useDayOf } from './day';
import { NewException } from './exception-new';
import { number } from './number';
import { useRuleWords } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

function useScope(): (of: Exception) => string {
  const t = useRuleWords();
  return (of) => of.scope_name || t(`exceptions.scope.${of.scope === 'all' ? 'all' : 'group' in of.scope ? 'group' : 'endpoint'}`);
}

function useColumns(): Column<Exception>[] {
  const t = useRuleWords();
  const day = useDayOf();
  const scope = useScope();
  return [
    {
      id: 'weakness',
      header: t('exceptions.column.weakness'),
      width: '2fr',
      cell: (row) => (
        <>
          <b>{row.weakness}</b> <span className="sub">{row.subject}</span>
        </>
      ),
    },
    { id: 'scope', header: t('exceptions.column.scope'), width: '2fr', cell: scope },
    { id: 'reason', header: t('exceptions.column.reason'), width: '3fr', cell: (row) => <span title={row.reason}>{row.reason}</span> },
    { id: 'until', header: t('exceptions.column.until'), width: 128, cell: (row) => (row.ended ? <StateWord tone="plain">{t('exceptions.ended')}</StateWord> : day(row.until)) },
    { id: 'machines', header: t('exceptions.column.machines'), width: 84, num: true, cell: (row) => number(row.machines) },
    { id: 'by', header: t('exceptions.column.by'), width: 116, cell: (row) => row.by },
  ];
}

function One({ exception, onClose }: { exception: Exception; onClose: () => void }): ReactNode {
  const t = useRuleWords();
  const day = useDayOf();
  const scope = useScope();
  const mayWrite = useCan('vulnerabilities.write');
  const end = useChange(() => answered(api.DELETE('/api/v1/vulnerabilities/exceptions/{id}', { params: { path: { id: exception.id } } })), onClose);
  return (
    <SidePanel label={t('exceptions.facts')} title={exception.weakness} state={<StateWord tone={exception.ended ? 'plain' : 'on'}>{exception.ended ? t('exceptions.ended') : day(exception.until)}</StateWord>} onClose={onClose}>
      <div className={css['blocks']}>
      <p className="wrap">{exception.reason}</p>
      <KeyValues
        facts={[
          {
            label: t('exceptions.column.weakness'),
            value: (
              <Go className="t" to={`/vulnerabilities/weaknesses/${encodeURIComponent(exception.weakness)}`}>
                {exception.weakness}
              </Go>
            ),
          },
          { label: t('new.subject'), value: exception.subject },
          { label: t('exceptions.column.scope'), value: scope(exception) },
          { label: t('exceptions.column.until'), value: day(exception.until) },
          { label: t('exceptions.column.machines'), value: number(exception.machines) },
          { label: t('exceptions.column.findings'), value: number(exception.findings) },
          { label: t('exceptions.column.by'), value: exception.by },
          { label: t('exceptions.created'), value: <ExactTime at={exception.created_at} /> },
        ]}
      />
      {mayWrite && !exception.ended && (
        <ConfirmAct
          act={t('exceptions.end')}
          withReason={false}
          consequence={{ hits: t('exceptions.end_hits', { machines: number(exception.machines), count: number(exception.findings) }), stops: t('exceptions.end_stops'), stays: t('exceptions.end_stays'), undo: t('exceptions.end_undo') }}
          onConfirm={() => end.mutateAsync()}
        />
      )}
      </div>
    </SidePanel>
  );
}

/** What was set aside, why, by whom and until when. */
export default function Exceptions(): ReactNode {
  const t = useRuleWords();
  const [search, change] = useSearchState();
  const mayWrite = useCan('vulnerabilities.write');
  const rows = useRows(['vulnerabilities', 'exceptions'], (cursor) => answered(api.GET('/api/v1/vulnerabilities/exceptions', { params: { query: { cursor } } })));
  const add = mayWrite && (
    <Button
      icon="plus"
      onClick={() => {
        change({ open: 'new' });
      }}
    >
      {t('exceptions.add')}
    </Button>
  );
  return (
    <ListPage
      head={{ room: 'weaknesses', title: 'vulnerabilities:exceptions', lead: t('exceptions.lead'), acts: add }}
      filters={null}
      narrowing={[]}
      words={{ none: t('exceptions.none'), noneMatch: t('exceptions.none') }}
      id="vulnerabilities-exceptions"
      label={t('exceptions.label')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.weakness}
      panel={(id, row, close) => {
        const leave = (): void => {
          change({ open: undefined, weakness: undefined, subject: undefined, endpoint: undefined }, { replace: true });
        };
        if (id === 'new') return mayWrite ? <NewException given={search} onClose={leave} /> : null;
        return row ? <One key={row.id} exception={row} onClose={close} /> : null;
      }}
    />
  );
}
