import { useMarks } from '@shell/i18n/marks';
import { Go } from '@shell/ui/link';
import { useCan } from '@shell/session/session';
import { RelativeTime } from '@shell/ui/time';
import { KeyValues, Remark, StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import type { Finding } from './api';
import { useDayOf } from './day';
import { evidences, toDos, useListWords, useTerms, wordOf } from './own-words';
import css from './parts.module.css';
import { SeverityWord } from './severity';
import { useFeedNames } from './use-feed-names';
import { useTitle } from './use-title';
import { Why } from './why';

/** What is to be done about it, as a sentence. */
function useToDo(): (finding: Finding) => string {
  const t = useTerms();
  const marks = useMarks();
  return (finding) =>
    wordOf(toDos, finding.what_to_do, (known) => t(`to_do.${known}`, { packages: marks.list(finding.packages.map((one) => one.name)) || finding.subject, subject: finding.subject, fixed: finding.fixed, advisory: finding.advisory }));
}

/** Until when it is to be fixed, or lived with. */
function Until({ finding: { exception, overdue, due_on } }: { finding: Finding }): ReactNode {
  const terms = useTerms();
  const day = useDayOf();
  if (exception) return <span className="dim">{terms('ends_on', { day: day(exception.until) })}</span>;
  if (overdue) return <StateWord tone="open">{terms('overdue')}</StateWord>;
  return due_on && <span className="dim">{terms('due', { day: day(due_on) })}</span>;
}

/** One finding that explains itself: first what and how urgent, then, opened, why and what to do. */
export function FindingRow({ finding, endpoint }: { finding: Finding; endpoint?: string | null | undefined }): ReactNode {
  const t = useListWords();
  const terms = useTerms();
  const title = useTitle();
  const marks = useMarks();
  const toDo = useToDo();
  const feedName = useFeedNames();
  const day = useDayOf();
  const mayExcept = useCan('vulnerabilities.write');
  const { weakness, exception } = finding;
  const installed = finding.packages.map((one) => `${one.name} ${one.installed}`);
  return (
    <li>
      <details className={css['finding']}>
        <summary>
          <SeverityWord severity={finding.severity} />
          <span>
            <b>{finding.subject}</b> <span className="sub">{title(finding)}</span> {weakness && <span className="sub nw">{weakness}</span>}
            <br />
            <span className="sm sub">{toDo(finding)}</span>
          </span>
          <span className={`sm ${css['words'] ?? ''}`}>
            {finding.exploited_at && <StateWord tone="open">{terms('exploited')}</StateWord>}
            <Until finding={finding} />
          </span>
        </summary>
        <div className={css['why']}>
          <KeyValues
            facts={[
              { label: t('finding.to_do'), value: <b>{toDo(finding)}</b> },
              { label: t('finding.installed'), value: marks.list(installed) },
              { label: t('finding.fixed'), value: finding.fixed || t('finding.no_fix') },
              { label: t('finding.why'), value: <Why of={finding} /> },
              { label: t('finding.evidence'), value: marks.list(finding.evidence.map((one) => wordOf(evidences, one, (known) => terms(`evidence.${known}`)))) },
              { label: t('finding.source'), value: marks.facts([feedName(finding.feed), finding.advisory]) },
              { label: t('finding.since'), value: <RelativeTime at={finding.since} /> },
              { label: t('finding.due'), value: day(finding.due_on) },
              ...(exception ? [{ label: t('finding.exception'), value: t('finding.exception_value', { reason: exception.reason, by: exception.by, until: day(exception.until) }) }] : []),
            ]}
          />
          {finding.evidence.includes('guess') && <Remark>{t('finding.guess')}</Remark>}
          {weakness && (
            <p className={`sm ${css['words'] ?? ''}`}>
              <Go className="t" to={`/vulnerabilities/weaknesses/${encodeURIComponent(weakness)}`}>
                {t('finding.detail')}
              </Go>
              {mayExcept && !exception && (
                <Go className="t" to="/vulnerabilities/exceptions" search={{ open: 'new', weakness, subject: finding.subject, ...(endpoint ? { endpoint } : {}) }}>
                  {t('finding.except')}
                </Go>
              )}
            </p>
          )}
        </div>
      </details>
    </li>
  );
}
