import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answered } from '@shell/api/client';
import { useLanguage, useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { PlainTable } from '@shell/ui/plain-table';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { KeyValues, Remark, StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { api, type WeaknessDetail } from './api';
import { useDayOf } from './day';
import { searchOf } from './filter';
import { number, percent } from './number';
import { evidences, severities, standings, useListWords, useTerms, wordOf } from './own-words';
import css from './parts.module.css';
import { Remedy } from './remedy';
import { SeverityWord } from './severity';
import { useFeedNames } from './use-feed-names';
import { isNumbered, useTitle } from './use-title';
import { Why } from './why';

const machines = '/vulnerabilities/machines';
const heads = ['subject', 'release', 'installed', 'fixed', 'evidence'] as const;

function Subjects({ weakness }: { weakness: WeaknessDetail }): ReactNode {
  const t = useListWords();
  const feedName = useFeedNames();
  const terms = useTerms();
  return (
    <PlainTable label={t('weakness.subjects')} heads={[...heads.map((head) => t(`weakness.subject.${head}`)), { num: t('weakness.subject.machines') }]}>
        {weakness.subjects.map((one) => (
          <tr key={`${one.subject} ${one.release} ${one.installed}`}>
            <td>
              <b>{one.subject}</b>
            </td>
            <td>{one.release || '—'}</td>
            <td>{one.installed}</td>
            <td>{one.fixed || wordOf(standings, one.standing, (known) => terms(`standing.${known}`))}</td>
            <td>
              {wordOf(evidences, one.evidence, (known) => terms(`evidence.${known}`))}
              <div className="dim">{[feedName(one.feed), one.advisory].filter(Boolean).join(' ')}</div>
            </td>
            <td className="num">
              {one.machines === 0 ? (
                <span className="dim">0</span>
              ) : (
                <Go className="t" to={machines} search={searchOf({ weakness: weakness.id, subject: one.subject, standing: one.standing })}>
                  {number(one.machines)}
                </Go>
              )}
            </td>
          </tr>
        ))}
    </PlainTable>
  );
}

function Reasons({ weakness }: { weakness: WeaknessDetail }): ReactNode {
  const t = useListWords();
  const terms = useTerms();
  const day = useDayOf();
  const exploited = weakness.exploited_at ? (
    <>
      <StateWord tone="open">{terms(weakness.ransomware ? 'ransomware' : 'exploited')}</StateWord>
      <div>{t('weakness.exploited_yes', { day: day(weakness.exploited_at) })}</div>
      {weakness.due_at && <div>{t('weakness.exploited_due', { day: day(weakness.due_at) })}</div>}
    </>
  ) : (
    t('weakness.exploited_no')
  );
  return (
    <KeyValues
      facts={[
        { label: t('weakness.severity'), value: <><SeverityWord severity={weakness.severity} /> {weakness.score > 0 && terms('score', { score: weakness.score.toFixed(1) })}</> },
        { label: t('weakness.exploited'), value: exploited },
        { label: t('weakness.epss'), value: typeof weakness.epss === 'number' ? t('weakness.epss_value', { percent: percent(weakness.epss) }) : '' },
        { label: t('weakness.vector'), value: weakness.vector && <span className="mono wrap">{weakness.vector}</span> },
        { label: t('weakness.cwe'), value: weakness.cwe },
        { label: t('weakness.published'), value: day(weakness.published_at) },
        { label: t('weakness.since'), value: <RelativeTime at={weakness.since} /> },
      ]}
    />
  );
}

function Whole({ weakness }: { weakness: WeaknessDetail }): ReactNode {
  const t = useListWords();
  const terms = useTerms();
  const title = useTitle();
  const feedName = useFeedNames();
  const japanese = useLanguage() === 'ja';
  const mayExcept = useCan('vulnerabilities.write');
  const [first, second] = japanese ? [weakness.summary_ja, weakness.summary_en] : [weakness.summary_en, weakness.summary_ja];
  return (
    <>
      <header className={`${css['title'] ?? ''} ${css['titleActs'] ?? ''}`}>
        <div>
          {weakness.exploited_at && <Why of={weakness} />}
          <h1>{title(weakness) || weakness.id}</h1>
          {title(weakness) !== '' && isNumbered(weakness.id) && <p className="sub">{weakness.id}</p>}
        </div>
        <Acts>
          {weakness.machines > 0 && <Remedy filter={{ weakness: weakness.id, standing: weakness.standing }} main />}
          {mayExcept && !weakness.rejected && (
            <LinkButton to="/vulnerabilities/exceptions" search={{ open: 'new', weakness: weakness.id }}>
              {t('weakness.except')}
            </LinkButton>
          )}
        </Acts>
      </header>
      {weakness.rejected && (
        <Remark title={t('weakness.rejected')}>
          {t('weakness.rejected_note')}
          {weakness.replaced_by.length > 0 && <> {t('weakness.replaced_by')}: {weakness.replaced_by.map((id) => <Go key={id} className="t" to={`/vulnerabilities/weaknesses/${encodeURIComponent(id)}`}>{id}</Go>)}</>}
        </Remark>
      )}
      <Columns
        main={
          <>
            <Section title={t('weakness.summary')}>
              <p className="wrap">{first || second || <span className="dim">{t('weakness.no_summary')}</span>}</p>
            </Section>
            <Section title={t('weakness.subjects')}>
              <Subjects weakness={weakness} />
            </Section>
          </>
        }
        side={
          <>
            <Section
              title={t('weakness.machines')}
              note={
                weakness.machines > 0 && (
                  <Go className="t" to={machines} search={searchOf({ weakness: weakness.id, standing: weakness.standing })}>
                    {t('weakness.machines_open')}
                  </Go>
                )
              }
            >
              <p>
                <span className={css['figure']}>{number(weakness.machines)}</span>
                {weakness.overdue > 0 && <StateWord tone="open">{terms('overdue_count', { count: number(weakness.overdue) })}</StateWord>}
              </p>
            </Section>
            <Section title={t('weakness.why')}>
              <Reasons weakness={weakness} />
            </Section>
            <Section title={t('weakness.told')}>
              <KeyValues facts={weakness.told.map((one) => ({ label: feedName(one.feed), value: [one.severity && wordOf(severities, one.severity, (known) => terms(`severity.${known}`)), typeof one.score === 'number' && one.score > 0 && terms('score', { score: one.score.toFixed(1) })].filter(Boolean).join(' · ') }))} />
            </Section>
            {weakness.references.length > 0 && (
              <Section title={t('weakness.references')}>
                <ul className={css['list']}>
                  {weakness.references.filter((link) => /^https?:\/\//.test(link)).map((link) => (
                    <li key={link}>
                      <a className="t sm" href={link} rel="noreferrer noopener" target="_blank">
                        {link}
                      </a>
                    </li>
                  ))}
                </ul>
              </Section>
            )}
          </>
        }
      />
    </>
  );
}

/** One weakness: what it is, why it matters, where it is, and what can be done. */
export default function WeaknessPage(): ReactNode {
  const titles = useWords('vulnerabilities');
  const { id = '' } = useParams({ strict: false });
  const query = useQuery({
    queryKey: ['vulnerabilities', 'weaknesses', id],
    queryFn: () => answered(api.GET('/api/v1/vulnerabilities/weaknesses/{id}', { params: { path: { id } } })),
  });
  useCrumbs('weaknesses', [{ label: titles('weaknesses'), to: '/vulnerabilities/weaknesses' }, { label: query.data?.id ?? id }]);
  return (
    <Await query={query} lines={14}>
      {(weakness) => <Whole weakness={weakness} />}
    </Await>
  );
}
