import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { longDay, now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Acts, Columns, Section, Stack } from '@shell/ui/section';
import { Await, Empty, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { Checked } from './checked';
import { bodyOf, emptyDraft, isGood, type Draft } from './draft';
import { FormWhat } from './form-what';
import { FormWhen } from './form-when';
import { FormWhom } from './form-whom';
import { remedyOf } from './remedy';

function Form({ before, withoutAgent }: { before: Draft; withoutAgent: number }): ReactNode {
  const t = useWords('distribution');
  const { zone } = usePlace();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(before);
  const { question, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(before));
  const body = bodyOf(draft, zone, now());
  const check = useMutation({ mutationFn: () => answered(api.POST('/api/v1/distribution/rollouts/preview', { body })) });
  const start = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/distribution/rollouts', { body })),
    onSuccess: async (made) => {
      release();
      await client.invalidateQueries({ queryKey: ['distribution'] });
      await navigate({ to: `/distribution/${made.id}` });
    },
  });
  const set = (changes: Partial<Draft>): void => {
    // What was looked at is not what would be done any more.
    check.reset();
    start.reset();
    setDraft((was) => ({ ...was, ...changes }));
  };
  const seen = check.data;
  const reached = seen ? seen.endpoints - seen.cannot : 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        check.mutate();
      }}
    >
      {question}
      <Columns
        wide
        main={
          <Stack>
            <FormWhat draft={draft} set={set} />
            <FormWhom draft={draft} set={set} withoutAgent={withoutAgent} />
            <FormWhen draft={draft} set={set} />
          </Stack>
        }
        side={
          <Section title={t('form.checked')}>
            <Acts>
              <Button type="submit" main={!seen} busy={check.isPending} disabled={!isGood(draft)}>
                {t('form.check')}
              </Button>
              {seen && reached > 0 && (
                <Button
                  main
                  busy={start.isPending}
                  onClick={() => {
                    start.mutate();
                  }}
                >
                  {t('form.start', { count: reached.toLocaleString('en-US') })}
                </Button>
              )}
            </Acts>
            {check.error && <Failed error={check.error} />}
            {start.error && <Failed error={start.error} />}
            {seen ? <Checked seen={seen} /> : !check.error && <Empty>{t('form.check_none')}</Empty>}
          </Section>
        }
      />
    </form>
  );
}

/**
 * A rollout is put together. `?from=vulnerabilities&<filter>` fills in the endpoints and packages of a list of weaknesses,
 * `?item=` a package or script from the shelf.
 */
export default function NewRollout(): ReactNode {
  const t = useWords('distribution');
  const place = usePlace();
  const [search] = useSearchState();
  // What stood in the address when the page was opened: what is written meanwhile must not be lost.
  const [first] = useState(search);
  const query = useQuery({
    queryKey: ['distribution', 'new', first],
    staleTime: Infinity,
    queryFn: async (): Promise<{ before: Draft; withoutAgent: number }> => {
      const empty = emptyDraft([t('form.ring_names.first'), t('form.ring_names.second'), t('form.ring_names.rest')]);
      if (first['from'] === 'vulnerabilities') {
        const remedy = await remedyOf(first);
        // More names than a rollout takes: all that closes holes in security, then.
        const work = remedy.packages.length > 0 && remedy.packages.length <= 20_000 ? 'package_updates' : 'security_updates';
        return { before: { ...empty, name: t('form.remedy_name', { what: first['weakness'] ?? longDay(now(), now(), place) }), work, packages: remedy.packages.join('\n'), endpoints: remedy.endpoints }, withoutAgent: remedy.without_agent };
      }
      const id = first['item'];
      if (id === undefined) return { before: empty, withoutAgent: 0 };
      const item = await answered(api.GET('/api/v1/distribution/items/{id}', { params: { path: { id } } }));
      const name = `${item.name} ${item.version}`;
      const before: Draft = item.kind === 'script' ? { ...empty, name, work: 'script', script: id } : { ...empty, name, work: 'install', items: [id] };
      return { before, withoutAgent: 0 };
    },
  });
  return (
    <>
      <PageHead room="weaknesses" title="distribution:new" lead={t('form.lead')} />
      <Await query={query} lines={12}>
        {({ before, withoutAgent }) => <Form before={before} withoutAgent={withoutAgent} />}
      </Await>
    </>
  );
}
