import { Checkbox, Popover, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api, ApiError } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { Button, IconButton } from '@shell/ui/button';
import { useState, type ReactNode } from 'react';
import css from './log-search.module.css';
import { presets, questionFor } from './presets';

const key = ['log-search-saved'];
/** So many stand in the line; the rest are in the list that opens. */
const inLine = 4;

/** Saved searches and what people usually look for, as a line of links. */
export function SavedLine({ question, onAsk }: { question: string; onAsk: (question: string) => void }): ReactNode {
  const t = useWords('log-search');
  const { language } = usePlace();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const found = useQuery({ queryKey: key, queryFn: () => answered(api.GET('/api/v1/log-search/saved')) });
  const saved = found.data?.items ?? [];
  const ask = (asked: string): void => {
    setOpen(false);
    onAsk(asked);
  };
  const link = (id: string, name: string, q: string, note?: string): ReactNode => (
    <button
      key={id}
      type="button"
      className={css['saved']}
      aria-current={q === question ? 'true' : undefined}
      title={q}
      onClick={() => {
        ask(q);
      }}
    >
      {name}
      {note !== undefined && <span className="dim"> {note}</span>}
    </button>
  );
  const noteOf = (one: (typeof saved)[number]): string | undefined => (one.own ? undefined : t('saved.of', { name: one.owner }));
  return (
    <nav className={css['line']} aria-label={t('saved.label')}>
      {saved.slice(0, inLine).map((one) => link(one.id, one.name, one.q, noteOf(one)))}
      <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus>
        <Popover.Target>
          <button
            type="button"
            className={css['saved']}
            onClick={() => {
              setOpen(!open);
            }}
          >
            {saved.length > inLine ? t('saved.more', { count: saved.length - inLine + presets.length }) : t('saved.usual')}
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={css['lists']}>
            {saved.length > 0 && (
              <section>
                <h3>{t('saved.title')}</h3>
                <ul>
                  {saved.map((one) => (
                    <li key={one.id}>
                      {link(one.id, one.name, one.q, noteOf(one))}
                      {one.own && (
                        <IconButton
                          name="close"
                          label={t('saved.remove', { name: one.name })}
                          onClick={() => {
                            void answered(api.DELETE('/api/v1/log-search/saved/{id}', { params: { path: { id: one.id } } })).then(() =>
                              client.invalidateQueries({ queryKey: key }),
                            );
                          }}
                        />
                      )}
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <section>
              <h3>{t('saved.usual')}</h3>
              <ul>
                {presets.map((preset) => (
                  <li key={preset}>{link(preset, t(`preset.${preset}`), questionFor(preset, language))}</li>
                ))}
              </ul>
            </section>
          </div>
        </Popover.Dropdown>
      </Popover>
    </nav>
  );
}

/** Keeps the question under a name; "the last seven days" are other days tomorrow. */
export function SaveButton({ question }: { question: string }): ReactNode {
  const t = useWords('log-search');
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    try {
      await answered(api.POST('/api/v1/log-search/saved', { body: { name: name.trim(), q: question, shared } }));
      setOpen(false);
      setName('');
      setError(null);
      await client.invalidateQueries({ queryKey: key });
    } catch (caught) {
      const taken = caught instanceof ApiError && caught.problem.code === 'conflict';
      setError(taken ? t('saved.taken') : (caught as Error).message);
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button
          onClick={() => {
            setOpen(!open);
          }}
        >
          {t('saved.save')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextInput
            label={t('saved.name')}
            value={name}
            maxLength={100}
            error={error}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <Checkbox
            label={t('saved.shared')}
            checked={shared}
            onChange={(event) => {
              setShared(event.currentTarget.checked);
            }}
          />
          <p className="xs dim">{t('saved.relative')}</p>
          <Button small main type="submit" disabled={name.trim() === ''}>
            {t('saved.keep')}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
