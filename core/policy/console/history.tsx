import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { pointerWords, useNames } from '@shell/schema-form/names';
import { differences } from '@shell/ui/diff';
import { JsonDiff } from '@shell/ui/json-diff';
import { Await } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { useState, type ReactNode } from 'react';
import css from './policy.module.css';

/** Every version with who made it and why; opened, what it changed. */
export function History({ feature, groupId }: { feature: string; groupId: string }): ReactNode {
  const t = useWords('policy');
  const names = useNames(feature);
  const [open, setOpen] = useState<number | null>(null);
  const query = useQuery({
    queryKey: ['policies', feature, groupId, 'versions'],
    queryFn: () =>
      answered(api.GET('/api/v1/policies/{feature}/{group}/versions', { params: { path: { feature, group: groupId } } })),
  });
  return (
    <Await query={query} lines={6}>
      {({ items }) => (
        <ol className={css['history']}>
          {items.map((version, at) => (
            <li key={version.id}>
              <p>
                <button
                  type="button"
                  className="t"
                  aria-expanded={open === version.version}
                  onClick={() => {
                    setOpen(open === version.version ? null : version.version);
                  }}
                >
                  {t('version', { number: version.version })}
                </button>{' '}
                {version.comment}
              </p>
              <p className="sm sub">
                {version.created_by} <RelativeTime at={version.created_at} />
              </p>
              {open === version.version && (
                <JsonDiff diff={differences(items[at + 1]?.value ?? {}, version.value)} name={(pointer) => pointerWords(names, pointer)} />
              )}
            </li>
          ))}
        </ol>
      )}
    </Await>
  );
}
