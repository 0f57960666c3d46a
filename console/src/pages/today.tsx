import { useQueryClient } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { ApiError } from '../api/client';
import type { TodayDef, TodayItem } from '../feature';
import { todayAsides, todayDefs } from '../features';
import { useWords } from '../i18n';
import { usePlace, useSession } from '../session/session';
import { clockTime, dayTitle, useNow } from '../time';
import { LinkButton } from '../ui/button';
import { Icon } from '../ui/icons';
import { Calm, Lead, LeadRoom } from '../ui/lead';
import { Go } from '../ui/link';
import { useCrumbs } from '../ui/page';
import { Part } from '../ui/part';
import { Columns, Section } from '../ui/section';
import { Skeleton } from '../ui/states';
import { RelativeTime } from '../ui/time';
import type { ReactNode } from 'react';
import css from './today.module.css';

const none: TodayItem[] = [];

/** Asks every feature what waits. The features are fixed when the program is built, so the hooks keep their order. */
function useAll(defs: TodayDef[]): { items: TodayItem[]; complete: boolean } {
  const { permissions } = useSession();
  const answers = defs.map((def) => {
     
    const items = def.useItems();
    return permissions.includes(def.permission) ? items : none;
  });
  return { items: answers.flatMap((items) => items ?? none), complete: !answers.includes(undefined) };
}

/** Whether something that this page stands on could not be read: then nobody knows that the day is quiet. What one may not see is not missing. */
function useMissing(): boolean {
  const refused = (error: unknown): boolean => error instanceof ApiError && error.problem.status === 403;
  return useQueryClient()
    .getQueryCache()
    .findAll({ type: 'active' })
    .some(({ state }) => state.status === 'error' && state.data === undefined && !refused(state.error));
}

function Pressing({ items, complete, missing }: { items: TodayItem[]; complete: boolean; missing: boolean }): ReactNode {
  const t = useWords('shell');
  if (!complete) {
    return (
      <LeadRoom>
        <Skeleton lines={4} height={32} />
      </LeadRoom>
    );
  }
  const most = items.filter((item) => (item.open?.count ?? 0) > 0).sort((a, b) => b.weight - a.weight)[0];
  if (!most?.open) return <Calm title={t(missing ? 'today.unknown' : 'today.quiet')} text={t(missing ? 'today.unknown_text' : 'today.quiet_text_plain')} />;
  const target = { to: most.open.to, search: most.open.search ?? {} };
  return (
    <Lead
      state={t('today.nobody')}
      since={most.oldest}
      title={most.lead}
      target={target}
      text={most.sentence}
      acts={
        <LinkButton main {...target}>
          {most.act}
        </LinkButton>
      }
    />
  );
}

function Number({ of, title, open }: { of: TodayItem['open']; title: string; open: boolean }): ReactNode {
  if (!of) return <span className={`${css['number']} ${css['none']}`}>—</span>;
  if (of.count === 0) return <span className={`${css['number']} ${css['none']}`}>0</span>;
  return (
    <Go
      to={of.to}
      search={of.search ?? {}}
      className={`${css['number']} ${open ? css['open'] : ''}`}
      aria-label={`${title}: ${String(of.count)}`}
    >
      {of.count.toLocaleString('en-US')}
    </Go>
  );
}

function Ledger({ items, complete, missing }: { items: TodayItem[]; complete: boolean; missing: boolean }): ReactNode {
  const t = useWords('shell');
  return (
    <Section title={t('today.waiting')}>
      <div className={css['ledgerHead']} aria-hidden="true">
        <span className="num">{t('today.open')}</span>
        <span className="num">{t('today.other')}</span>
        <span className={css['old']}>{t('today.oldest')}</span>
      </div>
      {!complete && items.length === 0 ? (
        <Skeleton lines={5} height={56} />
      ) : (
        <ol className={css['ledger']}>
          {items.map((item) => (
            <li key={item.id}>
              <Icon name={item.icon} />
              <div>
                <h3>{item.title}</h3>
                <p className="sm sub">{item.sentence}</p>
              </div>
              <Number of={item.open} title={`${item.title} ${t('today.open')}`} open />
              <Number of={item.other} title={`${item.title} ${t('today.other')}`} open={false} />
              <span className={css['old']}>{item.oldest !== null && <RelativeTime at={item.oldest} />}</span>
            </li>
          ))}
        </ol>
      )}
      {complete && missing && <p role="status">{t('today.missing')}</p>}
      {complete && !missing && items.length === 0 && <p className="sub">{t('today.nothing_waits')}</p>}
    </Section>
  );
}

function Morning(): ReactNode {
  const t = useWords('shell');
  const place = usePlace();
  const nowMs = useNow();
  const { permissions } = useSession();
  const { items, complete } = useAll(todayDefs);
  const missing = useMissing();
  const { day, weekday } = dayTitle(nowMs, place);
  useCrumbs('today', []);
  return (
    <Columns
      wide
      main={
        <>
          <header className={css['head']}>
            <h1>
              {day} <span>{weekday}</span>
            </h1>
            <p className="sm sub">{t('today.as_of', { time: clockTime(nowMs, place, false) })}</p>
          </header>
          <Pressing items={items} complete={complete} missing={missing} />
          <Ledger items={items} complete={complete} missing={missing} />
        </>
      }
      side={
        <div className={css['side']}>
          {todayAsides
            .filter((aside) => permissions.includes(aside.permission))
            .map((aside) => (
              <Part key={aside.id} load={aside.load} props={{}} lines={4} />
            ))}
        </div>
      }
    />
  );
}

export default function Today(): ReactNode {
  const { admin } = useSession();
  return admin.role === 'employee' ? <Navigate to="/me" /> : <Morning />;
}
