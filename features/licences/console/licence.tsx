import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { LicenceView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useCan, usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Acts, Columns, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { bodyOf, draftOf, isGood, LicenceFields } from './licence-fields';
import css from './licences.module.css';
import { useLicenceWords, useSoftwareWords, uses } from './own-words';
import { ProductMachines } from './product-machines';
import { StandsWord } from './stands-word';

const number = (value: number): string => value.toLocaleString('en-US');

function Counts({ seen }: { seen: LicenceView }): ReactNode {
  const t = useLicenceWords();
  const site = seen.counted_by === 'site';
  return (
    <Section title={t('one.counts')} note={seen.counting ? t('one.counting') : undefined}>
      <KeyValues
        facts={[
          { label: t('one.state'), value: <StandsWord licence={seen} /> },
          { label: t('one.bought_all'), value: site ? t('counted.site') : number(seen.bought) },
          { label: t('one.amount'), value: site ? null : number(seen.amount) },
          { label: t('one.used'), value: <span className={seen.state === 'over' ? css['over'] : undefined}>{number(seen.used)}</span> },
          { label: t('one.unused'), value: number(seen.unused) },
          { label: t('one.unknown'), value: number(seen.unknown) },
        ]}
      />
      {seen.unused > 0 && <p className="sm sub">{t('one.take_back')}</p>}
      {seen.visible_only && <p className="sm sub">{t('visible_only')}</p>}
    </Section>
  );
}

function Form({ seen, readOnly, onSaved }: { seen: LicenceView; readOnly: boolean; onSaved: (saved: LicenceView) => Promise<unknown> }): ReactNode {
  const t = useLicenceWords();
  const { zone } = usePlace();
  const [before] = useState(() => draftOf(seen, zone));
  const [draft, setDraft] = useState(before);
  const changed = JSON.stringify(draft) !== JSON.stringify(before);
  const { question } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () => answered(api.PUT('/api/v1/licences/{id}', { params: { path: { id: seen.id } }, ...ifMatch(seen.etag), body: bodyOf(draft, zone) })),
    onSuccess: onSaved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        <LicenceFields
          draft={draft}
          readOnly={readOnly}
          product={{ id: seen.product, name: [seen.vendor, seen.product_name].filter(Boolean).join(' ') }}
          set={(changes) => {
            setDraft((now) => ({ ...now, ...changes }));
            if (!save.isPending) save.reset();
          }}
        />
        {save.error && <Failed error={save.error} />}
        {!readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!changed || !isGood(draft)}>
              {t('form.save')}
            </Button>
            {changed && (
              <Button
                onClick={() => {
                  setDraft(before);
                }}
              >
                {t('form.back')}
              </Button>
            )}
          </Acts>
        )}
      </Stack>
    </form>
  );
}

function Whole({ seen }: { seen: LicenceView }): ReactNode {
  const t = useLicenceWords();
  const s = useSoftwareWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search, change] = useSearchState();
  const writes = useCan('assets.write') && !seen.visible_only;
  const remove = async (): Promise<void> => {
    await answered(api.DELETE('/api/v1/licences/{id}', { params: { path: { id: seen.id } } }));
    await navigate({ to: '/licences' });
    await client.invalidateQueries({ queryKey: ['licences', 'list'] });
  };
  return (
    <Columns
      wide
      main={
        <>
          <Section
            title={s('machines.title')}
            note={
              <Go className="t" to={`/software/${seen.product}`}>
                {t('one.product')}
              </Go>
            }
          >
            <ProductMachines
              product={seen.product}
              used={oneOf(uses, search['used'])}
              onUsed={(used) => {
                change({ used }, { replace: true });
              }}
            />
          </Section>
          <Section title={t('one.written')}>
            <Form key={seen.etag} seen={seen} readOnly={!writes} onSaved={() => client.invalidateQueries({ queryKey: ['licences'] })} />
          </Section>
        </>
      }
      side={
        <>
          <Counts seen={seen} />
          {writes && (
            <ConfirmAct
              act={t('form.remove')}
              withReason={false}
              consequence={{ hits: t('form.remove_hits', { name: seen.product_name, count: number(seen.amount) }), stops: t('form.remove_stops'), stays: t('form.remove_stays'), undo: t('form.remove_undo') }}
              onConfirm={remove}
            />
          )}
        </>
      }
    />
  );
}

/** One purchase: how it stands, who uses it, what was written down. */
export default function Licence(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery({
    queryKey: ['licences', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/licences/{id}', { params: { path: { id } } })),
    refetchInterval: (now) => (now.state.data?.counting ? 2_000 : false),
  });
  const title = [query.data?.product_name, query.data?.edition].filter(Boolean).join(' ');
  useCrumbs('assets', [{ label: title }]);
  return (
    <Await query={query} lines={14}>
      {(seen) => (
        <>
          <header className={css['head']}>
            <h1>{title}</h1>
            <p className="sub">{[seen.vendor, seen.contract].filter(Boolean).join(' · ')}</p>
          </header>
          <Whole seen={seen} />
        </>
      )}
    </Await>
  );
}
