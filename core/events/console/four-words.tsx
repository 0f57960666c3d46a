import { Checkbox, Popover, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { readList, writeList, type Search } from '@shell/address/query-string';
import type { Changes } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { usePlace } from '@shell/session/session';
import { exact, fromLocalInput, toLocalInput } from '@shell/time';
import { Button } from '@shell/ui/button';
import { useState, type ReactNode } from 'react';
import css from './events.module.css';
import { isSpan, spans } from './filter';
import { families } from './kinds';

interface Props {
  search: Search;
  change: (changes: Changes) => void;
  /** Where the list already belongs to one endpoint, that word is not asked. */
  fixedEndpoint?: boolean;
}

function Word({ word, value, note, children }: { word: string; value: string; note: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <Popover trapFocus returnFocus>
        <Popover.Target>
          <button type="button" className={css['word']}>
            <b>{word}</b>
            <span>
              {value}
              <small>{note}</small>
            </span>
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={css['choices']}>{children}</div>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

function Who({ search, change }: Props): ReactNode {
  const t = useWords('events');
  const [text, setText] = useState(search['user'] ?? '');
  return (
    <Word word={t('who.word')} value={search['user'] ?? t('who.all')} note={t('who.note')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change({ user: text.trim() || undefined });
        }}
      >
        <TextInput
          label={t('who.field')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        <br />
        <Button small type="submit">
          {t('apply')}
        </Button>
      </form>
    </Word>
  );
}

function When({ search, change }: Props): ReactNode {
  const t = useWords('events');
  const place = usePlace();
  const span = search['span'];
  const field = (name: 'since' | 'until'): ReactNode => {
    const given = search[name];
    return (
      <TextInput
        type="datetime-local"
        label={t(`when.${name}`)}
        value={given === undefined ? '' : toLocalInput(Date.parse(given), place.zone)}
        onChange={(event) => {
          const ms = fromLocalInput(event.currentTarget.value, place.zone);
          change({ span: undefined, [name]: ms === null ? undefined : new Date(ms).toISOString() });
        }}
      />
    );
  };
  const written = [search['since'], search['until']].map((time) => (time === undefined ? '' : exact(Date.parse(time), place)));
  const value = isSpan(span) ? t(`when.span.${span}`) : written.some((text) => text !== '') ? written.join(' – ') : t('when.all');
  return (
    <Word word={t('when.word')} value={value} note={t('when.note')}>
      <Select
        label={t('when.field')}
        clearable
        data={spans.map((one) => ({ value: one, label: t(`when.span.${one}`) }))}
        value={isSpan(span) ? span : null}
        onChange={(one) => {
          change({ span: one ?? undefined, since: undefined, until: undefined });
        }}
        comboboxProps={{ withinPortal: false }}
      />
      {field('since')}
      {field('until')}
    </Word>
  );
}

function What({ search, change }: Props): ReactNode {
  const t = useWords('events');
  const marks = useMarks();
  const kinds = readList(search['kind']);
  const levels = readList(search['level']);
  const flip = (list: string[], value: string): string | undefined =>
    writeList(list.includes(value) ? list.filter((one) => one !== value) : [...list, value]);
  const named = kinds.map((kind) => {
    const family = families.find((one) => `${one}.*` === kind);
    return family ? t(`families.${family}`) : kind;
  });
  return (
    <Word
      word={t('what.word')}
      value={named.length === 0 ? t('what.all') : marks.list(named)}
      note={levels.length === 0 ? t('what.note') : marks.list(levels.map((level) => t(`level.${level as 'alarm'}`)))}
    >
      <fieldset className={css['two']}>
        <legend className="sm dim">{t('what.kinds')}</legend>
        {families.map((family) => (
          <Checkbox
            key={family}
            label={t(`families.${family}`)}
            checked={kinds.includes(`${family}.*`)}
            onChange={() => {
              change({ kind: flip(kinds, `${family}.*`) });
            }}
          />
        ))}
      </fieldset>
      <fieldset className={css['two']}>
        <legend className="sm dim">{t('what.levels')}</legend>
        {(['recorded', 'alarm', 'prohibited'] as const).map((level) => (
          <Checkbox
            key={level}
            label={t(`level.${level}`)}
            checked={levels.includes(level)}
            onChange={() => {
              change({ level: flip(levels, level) });
            }}
          />
        ))}
      </fieldset>
    </Word>
  );
}

function Where({ search, change }: Props): ReactNode {
  const t = useWords('events');
  const [text, setText] = useState('');
  const chosen = search['endpoint'];
  const found = useQuery({
    queryKey: ['events-endpoints', text],
    queryFn: () => answered(api.GET('/api/v1/endpoints', { params: { query: { q: text, limit: 20 } } })),
    placeholderData: (before) => before,
  });
  const name = chosen ?? t('where.all');
  const hostnames = [...new Set((found.data?.items ?? []).map((endpoint) => endpoint.hostname))];
  return (
    <Word word={t('where.word')} value={name} note={t('where.note')}>
      <Select
        label={t('where.field')}
        searchable
        clearable
        searchValue={text}
        onSearchChange={setText}
        data={chosen === undefined || hostnames.includes(chosen) ? hostnames : [...hostnames, chosen]}
        filter={({ options }) => options}
        value={chosen ?? null}
        onChange={(hostname) => {
          change({ endpoint: hostname ?? undefined });
        }}
        comboboxProps={{ withinPortal: false }}
      />
    </Word>
  );
}

/** 誰 いつ 何 どこ: the condition of the list as four words, each of which opens. */
export function FourWords(props: Props): ReactNode {
  return (
    <div className={css['four']}>
      <Who {...props} key={`who${props.search['user'] ?? ''}`} />
      <When {...props} />
      <What {...props} />
      {props.fixedEndpoint ? <div /> : <Where {...props} />}
    </div>
  );
}
