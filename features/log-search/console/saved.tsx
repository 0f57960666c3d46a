import { Popover } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { Button, IconButton } from '@shell/ui/button';
import { Icon } from '@shell/ui/icons';
import { useState, type ReactNode } from 'react';
import css from './log-search.module.css';
import { presets, questionFor } from './presets';
import { SavedForm, savedKey } from './saved-form';

/** So many stand in the line; the rest are in the list that opens. */
const inLine = 4;

/** Saved searches and what people usually look for, as a line of links. */
export function SavedLine({ question, onAsk }: { question: string; onAsk: (question: string) => void }): ReactNode {
  const t = useWords('log-search');
  const { language } = usePlace();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState<string | null>(null);
  const found = useQuery({ queryKey: savedKey, queryFn: () => answered(api.GET('/api/v1/log-search/saved')) });
  const saved = found.data?.items ?? [];
  const changed = saved.find((one) => one.id === changing);
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
      <Popover
        opened={open}
        onChange={(now) => {
          setOpen(now);
          setChanging(null);
        }}
        position="bottom-start"
        trapFocus
        returnFocus
        width={360}
      >
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
          {changed ? (
            <SavedForm
              before={changed}
              question={question}
              onDone={() => {
                setChanging(null);
              }}
            />
          ) : (
            <div className={css['lists']}>
              {saved.length > 0 && (
                <section>
                  <h3>{t('saved.title')}</h3>
                  <ul>
                    {saved.map((one) => (
                      <li key={one.id}>
                        {link(one.id, one.name, one.q, noteOf(one))}
                        {one.schedule && (
                          <span className="dim" title={t('schedule.runs')}>
                            <Icon name="clock" />
                            <span className="sr">{t('schedule.runs')}</span>
                          </span>
                        )}
                        {one.own && (
                          <span className="nw">
                            <IconButton
                              name="edit"
                              label={t('saved.edit', { name: one.name })}
                              onClick={() => {
                                setChanging(one.id);
                              }}
                            />
                            <IconButton
                              name="close"
                              label={t('saved.remove', { name: one.name })}
                              onClick={() => {
                                void answered(api.DELETE('/api/v1/log-search/saved/{id}', { params: { path: { id: one.id } } })).then(() =>
                                  client.invalidateQueries({ queryKey: savedKey }),
                                );
                              }}
                            />
                          </span>
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
          )}
        </Popover.Dropdown>
      </Popover>
    </nav>
  );
}

/** Keeps the question under a name. */
export function SaveButton({ question }: { question: string }): ReactNode {
  const t = useWords('log-search');
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus width={360}>
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
        <SavedForm
          question={question}
          onDone={() => {
            setOpen(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
