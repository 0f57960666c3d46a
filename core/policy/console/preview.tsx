import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { pointerWords, type Names } from '@shell/schema-form/names';
import { JsonDiff } from '@shell/ui/json-diff';
import { Go } from '@shell/ui/link';
import { Await } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';

/** What a press on "roll out" would hit: settings that change, endpoints reached, endpoints that cannot keep it. */
export function Preview({
  path,
  inherit,
  value,
  names,
}: {
  path: { feature: string; group: string };
  inherit: 'replace' | 'add';
  value: Record<string, unknown>;
  names: Names;
}): ReactNode {
  const t = useWords('policy');
  const query = useQuery({
    queryKey: ['policy-preview', path, inherit, value],
    staleTime: 0,
    queryFn: () =>
      answered(api.POST('/api/v1/policies/{feature}/{group}/preview', { params: { path }, body: { inherit, value } })),
  });
  return (
    <Await query={query} lines={5}>
      {(preview) => (
        <>
          <p>
            <b>{t('preview.endpoints', { count: preview.endpoints })}</b> <span className="sub">{t('preview.changed', { count: preview.changed })}</span>
          </p>
          <JsonDiff diff={preview.diff} name={(pointer) => pointerWords(names, pointer)} />
          {preview.cannot_enforce.length > 0 && (
            <Remark title={t('preview.cannot', { count: preview.cannot_enforce.length })}>
              <ul>
                {preview.cannot_enforce.slice(0, 10).map((one) => (
                  <li key={one.endpoint.id}>
                    <Go className="t" to={`/endpoints/${one.endpoint.id}`}>
                      {one.endpoint.hostname}
                    </Go>{' '}
                    {one.reason}
                  </li>
                ))}
              </ul>
            </Remark>
          )}
        </>
      )}
    </Await>
  );
}
