import { Select, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import type { ProductDetail, ProductView } from '@shell/api/schema';
import { oneOf } from '@shell/address/one-of';
import { useSearchState } from '@shell/address/use-search';
import { useCan } from '@shell/session/session';
import { Button, LinkButton } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { PlainTable } from '@shell/ui/plain-table';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { ClassWord } from './class-word';
import css from './licences.module.css';
import { classes, deciders, uses, useLicenceWords, useSoftwareWords, wordOf } from './own-words';
import { ProductMachines } from './product-machines';
import { StandsWord } from './stands-word';

function Facts({ detail: { product, followed } }: { detail: ProductDetail }): ReactNode {
  const t = useSoftwareWords();
  return (
    <Section title={t('one.facts')} note={product.counting ? t('counting') : undefined}>
      <KeyValues
        facts={[
          { label: t('one.vendor'), value: product.vendor },
          { label: t('one.class'), value: <ClassWord word={product.class} /> },
          { label: t('one.by'), value: wordOf(deciders, product.class_by, (known) => t(`by.${known}`)) },
          {
            label: t('one.decided'),
            value: product.decided_at ? (
              <>
                {product.decided_by} <ExactTime at={product.decided_at} />
              </>
            ) : null,
          },
          { label: t('one.machines'), value: product.machines.toLocaleString('en-US') },
          { label: t('one.packages'), value: product.packages.toLocaleString('en-US') },
          { label: t('one.first'), value: <ExactTime at={product.first_at} /> },
          { label: t('one.followed'), value: followed ? t('one.followed_yes') : t('one.followed_no') },
        ]}
      />
      {product.visible_only && <p className="sm sub">{t('visible_only')}</p>}
    </Section>
  );
}

function Classify({ product, onDone }: { product: ProductView; onDone: () => Promise<unknown> }): ReactNode {
  const t = useSoftwareWords();
  const [word, setWord] = useState<string>(product.class);
  const [note, setNote] = useState(product.note);
  const save = useMutation({
    mutationFn: (as: string | null) => answered(api.POST('/api/v1/licences/products/classify', { body: { products: [product.id], class: as, note } })),
    onSuccess: onDone,
  });
  const changed = word !== product.class || note !== product.note;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(word);
      }}
    >
      <Fields>
        <Select
          label={t('class')}
          description={t('one.classify_hint')}
          allowDeselect={false}
          data={classes.map((one) => ({ value: one, label: t(`classes.${one}`) }))}
          value={word}
          onChange={(next) => {
            if (next) setWord(next);
          }}
        />
        <Textarea
          label={t('one.note')}
          autosize
          minRows={2}
          maxLength={1000}
          value={note}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
        {save.error && <Failed error={save.error} />}
        <Acts>
          <Button main type="submit" busy={save.isPending} disabled={!changed}>
            {t('one.save')}
          </Button>
          {product.class_by === 'person' && (
            <button
              type="button"
              className="t"
              onClick={() => {
                save.mutate(null);
              }}
            >
              {t('one.back_to_rules')}
            </button>
          )}
        </Acts>
      </Fields>
    </form>
  );
}

function Licences({ product, mayWrite }: { product: string; mayWrite: boolean }): ReactNode {
  const t = useSoftwareWords();
  const l = useLicenceWords();
  const query = useQuery({
    queryKey: ['licences', 'list', 'of', product],
    queryFn: () => answered(api.GET('/api/v1/licences', { params: { query: { product } } })),
  });
  return (
    <Section title={t('one.licences')}>
      <Await query={query} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="sm sub">{t('one.no_licences')}</p>
          ) : (
            <ul className={css['things']}>
              {items.map((one) => (
                <li key={one.id}>
                  <Go to={`/licences/${one.id}`}>{one.edition || l('any')}</Go> {one.used.toLocaleString('en-US')} / {one.counted_by === 'site' ? l('counted.site') : one.bought.toLocaleString('en-US')}{' '}
                  <StandsWord licence={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Await>
      {mayWrite && (
        <LinkButton small icon="plus" to="/licences/new" search={{ product }}>
          {t('one.add')}
        </LinkButton>
      )}
    </Section>
  );
}

function Parts({ detail }: { detail: ProductDetail }): ReactNode {
  const t = useSoftwareWords();
  return (
    <PlainTable label={t('one.parts')} heads={(['name', 'version', 'publisher', 'source'] as const).map((one) => t(`one.part.${one}`))}>
        {detail.packages.map((one) => (
          <tr key={[one.name, one.package_version, one.publisher, one.source].join('|')}>
            <td>
              <Go to="/assets" search={{ package: one.name, package_version: one.package_version }}>
                {one.name}
              </Go>
            </td>
            <td>{one.package_version || '—'}</td>
            <td>{one.publisher || '—'}</td>
            <td>{one.source}</td>
          </tr>
        ))}
    </PlainTable>
  );
}

/** One product: what it is to the organisation, who has it, what was bought. */
export default function Product(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const t = useSoftwareWords();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const [search, change] = useSearchState();
  const query = useQuery({
    queryKey: ['licences', 'product', id],
    queryFn: () => answered(api.GET('/api/v1/licences/products/{id}', { params: { path: { id } } })),
    // Until what somebody changed is counted.
    refetchInterval: (now) => (now.state.data?.product.counting ? 2_000 : false),
  });
  useCrumbs('assets', [{ label: query.data?.product.name ?? '' }]);
  return (
    <Await query={query} lines={14}>
      {(detail) => {
        const { product } = detail;
        const writes = mayWrite && !product.visible_only;
        return (
          <>
            <header className={css['head']}>
              <h1>{product.name}</h1>
              <p className="sub">{product.vendor}</p>
            </header>
            <Columns
              wide
              main={
                <>
                  <Section title={t('machines.title')}>
                    <ProductMachines
                      product={id}
                      used={oneOf(uses, search['used'])}
                      onUsed={(used) => {
                        change({ used }, { replace: true });
                      }}
                    />
                  </Section>
                  <Section title={t('one.parts')}>
                    <Parts detail={detail} />
                  </Section>
                </>
              }
              side={
                <>
                  <Facts detail={detail} />
                  <Licences product={id} mayWrite={writes} />
                  {writes && (
                    <Section title={t('one.classify')}>
                      <Classify key={`${product.class} ${product.class_by} ${product.note}`} product={product} onDone={() => client.invalidateQueries({ queryKey: ['licences'] })} />
                    </Section>
                  )}
                </>
              }
            />
          </>
        );
      }}
    </Await>
  );
}
