import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, answered } from '@shell/api/client';
import { useMarks } from '@shell/i18n/marks';
import { Go } from '@shell/ui/link';
import { Columns, Section } from '@shell/ui/section';
import { RelativeTime } from '@shell/ui/time';
import { KeyValues, StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { api, type Finding, type MachineDetail, type Named } from './api';
import { useDayOf } from './day';
import { FindingRow } from './finding';
import { number } from './number';
import { states, useListWords, useTerms, wordOf } from './own-words';
import css from './parts.module.css';
import { Remedy } from './remedy';

/** So many names of a day's changes are written out. */
const mostNames = 6;

/** One machine by its asset's or its endpoint's id; null where nothing was judged yet. */
export function useMachine(id: string): UseQueryResult<MachineDetail | null> {
  return useQuery({
    queryKey: ['vulnerabilities', 'machines', id],
    queryFn: async () => {
      try {
        return await answered(api.GET('/api/v1/vulnerabilities/machines/{id}', { params: { path: { id } } }));
      } catch (error) {
        if (error instanceof ApiError && error.problem.code === 'not_found') return null;
        throw error;
      }
    },
  });
}

export function Findings({ of, machine }: { of: Finding[]; machine: MachineDetail }): ReactNode {
  return (
    <ul>
      {of.map((finding) => (
        <FindingRow key={`${finding.subject} ${finding.weakness ?? finding.advisory}`} finding={finding} endpoint={machine.endpoint_id} />
      ))}
    </ul>
  );
}

function History({ machine }: { machine: MachineDetail }): ReactNode {
  const t = useListWords();
  const marks = useMarks();
  const names = (all: Named[]): string =>
    marks.list([...all.slice(0, mostNames).map((one) => marks.facts([one.subject, one.weakness])), ...(all.length > mostNames ? [t('machine.more', { count: all.length - mostNames })] : [])]);
  if (machine.history.length === 0) return <p className="sm sub">{t('machine.history_none')}</p>;
  return (
    <ol className={css['lines']}>
      {machine.history.map((change, at) => (
        <li key={`${change.at} ${String(at)}`}>
          <RelativeTime at={change.at} />
          <span>
            {change.appeared.length > 0 && <div>{`${t('machine.appeared')}: ${names(change.appeared)}`}</div>}
            {change.gone.length > 0 && <div className="sub">{`${t('machine.gone')}: ${names(change.gone)}`}</div>}
          </span>
        </li>
      ))}
    </ol>
  );
}

export function MachineState({ machine }: { machine: MachineDetail }): ReactNode {
  const t = useTerms();
  const tone = machine.state === 'behind' ? 'open' : machine.state === 'current' ? 'on' : 'half';
  return <StateWord tone={tone}>{wordOf(states, machine.state, (known) => t(`state.${known}`))}</StateWord>;
}

/** Everything known of one machine's weaknesses: what to do first, then what cannot be done, then how it came to be so. */
export function MachineFindings({ machine }: { machine: MachineDetail }): ReactNode {
  const t = useListWords();
  const open = machine.findings.filter((finding) => finding.standing === 'open');
  const others = machine.findings.filter((finding) => finding.standing !== 'open');
  const end = machine.end_of_life;
  const day = useDayOf();
  return (
    <Columns
      main={
        <>
          <Section title={t('machine.findings')} note={open.length > 0 && <Remedy filter={{ asset: machine.asset_id }} small />}>
            {open.length === 0 ? <p className="sm sub">{t('machine.findings_none')}</p> : <Findings of={open} machine={machine} />}
          </Section>
          {others.length > 0 && (
            <Section title={t('machine.others')} note={t('machine.others_note')}>
              <Findings of={others} machine={machine} />
            </Section>
          )}
          {machine.excepted.length > 0 && (
            <Section title={t('machine.excepted')}>
              <Findings of={machine.excepted} machine={machine} />
            </Section>
          )}
          <Section title={t('machine.history')}>
            <History machine={machine} />
          </Section>
        </>
      }
      side={
        <Section title={t(machine.endpoint_id ? 'machine.facts' : 'machine.facts_device')}>
          <KeyValues
            facts={[
              { label: t('machine.state'), value: <MachineState machine={machine} /> },
              { label: t('machine.group'), value: machine.group_name },
              { label: t('machine.os'), value: machine.os },
              { label: t('machine.end_of_life'), value: end ? end.ended ? <StateWord tone="open">{t('machine.ended', { day: day(end.ends_on) })}</StateWord> : t('machine.ends', { day: day(end.ends_on) }) : '' },
              { label: t('machine.updates'), value: number(machine.updates) },
              { label: t('machine.seen'), value: <RelativeTime at={machine.last_seen_at} /> },
            ]}
          />
          <p className={`sm ${css['words'] ?? ''} ${css['after'] ?? ''}`}>
            {machine.endpoint_id && (
              <Go className="t" to={`/endpoints/${machine.endpoint_id}`}>
                {t('machine.to_endpoint')}
              </Go>
            )}
            <Go className="t" to={`/assets/${machine.asset_id}`}>
              {t('machine.to_asset')}
            </Go>
          </p>
        </Section>
      }
    />
  );
}
