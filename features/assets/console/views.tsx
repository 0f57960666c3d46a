import { Checkbox, Popover, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useSearchState } from '@shell/address/use-search';
import { answered, api, ApiError } from '@shell/api/client';
import type { AssetView } from '@shell/api/schema';
import { Button, IconButton } from '@shell/ui/button';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import css from './acts.module.css';
import { useActWords } from './acts-words';
import { narrowing } from './ledger-filter';

const key = ['assets', 'views'];

/** The conditions and the order of the page, as a view keeps them. */
function useQuestion(): string {
  const [search] = useSearchState();
  const query = new URLSearchParams();
  for (const name of [...narrowing, 'sort']) {
    const value = search[name];
    if (value !== undefined && value !== '') query.set(name, value);
  }
  return query.toString();
}

/** Keeps a view under a name, or changes one. */
function Form({ before, question, columns, onDone }: { before?: AssetView; question: string; columns: readonly string[]; onDone: () => void }): ReactNode {
  const t = useActWords();
  const client = useQueryClient();
  const [name, setName] = useState(before?.name ?? '');
  const [shared, setShared] = useState(before?.shared ?? false);
  const [take, setTake] = useState(false);
  const save = useMutation({
    mutationFn: () => {
      const kept = before && !take ? { question: before.question, columns: before.columns } : { question, columns: [...columns] };
      const body = { name: name.trim(), shared, ...kept };
      return before
        ? answered(api.PUT('/api/v1/assets/views/{id}', { params: { path: { id: before.id } }, body }))
        : answered(api.POST('/api/v1/assets/views', { body }));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: key });
      onDone();
    },
  });
  const taken = save.error instanceof ApiError && save.error.problem.code === 'conflict';
  return (
    <form
      className={css['views']}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextInput
        label={t('view.name')}
        required
        maxLength={100}
        value={name}
        error={taken ? t('view.taken') : undefined}
        onChange={(event) => {
          setName(event.currentTarget.value);
          save.reset();
        }}
      />
      <Checkbox
        label={t('view.shared')}
        checked={shared}
        onChange={(event) => {
          setShared(event.currentTarget.checked);
        }}
      />
      {before && (
        <Checkbox
          label={t('view.take')}
          checked={take}
          onChange={(event) => {
            setTake(event.currentTarget.checked);
          }}
        />
      )}
      {save.error && !taken && <Failed error={save.error} />}
      <Button small main type="submit" busy={save.isPending} disabled={name.trim() === ''}>
        {t('view.save')}
      </Button>
    </form>
  );
}

/** Views of the ledger that somebody kept: conditions, order and columns under a name. */
export function Views({ columns }: { columns: readonly string[] }): ReactNode {
  const t = useActWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const question = useQuestion();
  const [open, setOpen] = useState(false);
  const [form, setForm] = useState<AssetView | 'new' | null>(null);
  const found = useQuery({ queryKey: key, enabled: open, queryFn: () => answered(api.GET('/api/v1/assets/views')) });
  const go = (asked: string, shown: readonly string[]): void => {
    const search = Object.fromEntries(new URLSearchParams(asked));
    setOpen(false);
    void navigate({ to: '/assets', search: { ...search, ...(shown.length > 0 ? { columns: shown.join(',') } : {}) } as never });
  };
  return (
    <Popover
      opened={open}
      onChange={(now) => {
        setOpen(now);
        setForm(null);
      }}
      position="bottom-end"
      trapFocus
      returnFocus
      width={320}
    >
      <Popover.Target>
        <Button
          small
          icon="records"
          onClick={() => {
            setOpen(!open);
          }}
        >
          {t('view.views')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {form !== null ? (
          <Form
            {...(form === 'new' ? {} : { before: form })}
            question={question}
            columns={columns}
            onDone={() => {
              setForm(null);
            }}
          />
        ) : (
          <div className={css['views']}>
            <section>
              <h3>{t('view.title')}</h3>
              {found.error && <Failed error={found.error} />}
              {found.data?.items.length === 0 && <p className="sub">{t('view.none')}</p>}
              <ul>
                {found.data?.items.map((one) => (
                  <li key={one.id}>
                    <button
                      type="button"
                      className="t"
                      onClick={() => {
                        go(one.question, one.columns);
                      }}
                    >
                      {one.name}
                    </button>
                    {one.own ? (
                      <span className="nw">
                        <IconButton
                          name="edit"
                          label={t('view.change', { name: one.name })}
                          onClick={() => {
                            setForm(one);
                          }}
                        />
                        <IconButton
                          name="close"
                          label={t('view.remove', { name: one.name })}
                          onClick={() => {
                            void answered(api.DELETE('/api/v1/assets/views/{id}', { params: { path: { id: one.id } } })).then(() => client.invalidateQueries({ queryKey: key }));
                          }}
                        />
                      </span>
                    ) : (
                      <span className="dim">{t('view.of', { name: one.owner })}</span>
                    )}
                  </li>
                ))}
              </ul>
            </section>
            <Button
              small
              onClick={() => {
                setForm('new');
              }}
            >
              {t('view.keep')}
            </Button>
            <button
              type="button"
              className="t"
              onClick={() => {
                go('', []);
              }}
            >
              {t('view.usual')}
            </button>
          </div>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
