import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { FacetView } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { Skeleton } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { splitPath } from '../../../core/events/console/kinds';
import { conditions, levels, quoted } from '../../../core/events/console/question';
import { useKindWord } from '../../../core/events/console/row-cells';
import css from './log-search.module.css';

type Value = FacetView['values'][number];

/** The field of the language, and how a value of it is asked for. */
const asked: Record<string, { field: string; op: string; value: (value: Value) => string }> = {
  level: { field: 'level', op: ':', value: ({ value }) => value },
  kind: { field: 'kind', op: ':', value: ({ value }) => value },
  account: { field: 'user', op: '=', value: ({ value }) => quoted(value) },
  endpoint: { field: 'endpoint', op: '=', value: ({ label, value }) => quoted(label ?? value) },
  image: { field: 'exe', op: '=', value: ({ value }) => quoted(value) },
};

/** Which values are frequent; each is put on or taken off with one press. */
export function Facets({
  question,
  onToggle,
}: {
  question: string;
  onToggle: (field: string, value: string, op: string) => void;
}): ReactNode {
  const t = useWords('log-search');
  const loose = useLooseWords('events');
  const kind = useKindWord();
  const found = useQuery({
    queryKey: ['log-search-facets', question],
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
    retry: false,
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/events/facets', { params: { query: { q: question, fields: Object.keys(asked).join(','), top: 6 } }, signal }),
      ),
  });
  const there = conditions(question);
  const name = (field: string, { value, label }: Value): string => {
    if (field === 'kind') return kind(value);
    if (field === 'level') return loose(`level.${value}`, value);
    if (field === 'image') return splitPath(value).name;
    if (field === 'account') return value.slice(value.lastIndexOf('\\') + 1);
    return label ?? value;
  };
  if (!found.data) return <div className={css['facets']}>{found.error ? null : <Skeleton lines={14} />}</div>;
  return (
    <nav className={found.isPlaceholderData ? `${css['facets']} ${css['old']}` : css['facets']} aria-label={t('facets.label')} aria-busy={found.isPlaceholderData}>
      {found.data.facets
        .filter((facet) => facet.values.length > 0)
        .map((facet) => {
          const how = asked[facet.field];
          const most = Math.max(1, ...facet.values.map((value) => value.count));
          return (
            <section key={facet.field}>
              <h3>{t(`facets.${facet.field}` as 'facets.kind')}</h3>
              <ul>
                {facet.values.map((value) => {
                  const wanted = how?.value(value) ?? value.value;
                  const on = there.some((one) => one.field === how?.field && quoted(levels[one.value ?? ''] ?? one.value ?? '') === wanted);
                  return (
                    <li key={value.value}>
                      <button
                        type="button"
                        aria-pressed={on}
                        title={value.label ?? value.value}
                        onClick={() => {
                          if (how) onToggle(how.field, wanted, how.op);
                        }}
                      >
                        <span>{name(facet.field, value)}</span>
                        <span className={css['number']}>{value.count.toLocaleString()}</span>
                        <i style={{ width: `${String((value.count / most) * 100)}%` }} />
                      </button>
                    </li>
                  );
                })}
              </ul>
              {facet.others > 0 && <p className="xs dim">{t('facets.others', { count: facet.others })}</p>}
            </section>
          );
        })}
    </nav>
  );
}
