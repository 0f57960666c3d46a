import { Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { answered, api } from '../api/client';
import { pages } from '../features';
import { useWords, type WordKey } from '../i18n';
import { useAnyWord } from '../i18n/any-word';
import { useMarks } from '../i18n/marks';
import { pathWords } from '../pick/groups';
import { useSession } from '../session/session';
import { Icon, type IconName } from '../ui/icons';
import css from './find.module.css';

interface Hit {
  key: string;
  icon: IconName;
  label: string;
  note: string;
  to: string;
}

/** Pages and endpoints by name, from anywhere: type, arrow, Enter. */
export default function Find({ onClose }: { onClose: () => void }): ReactNode {
  const t = useWords('shell');
  const word = useAnyWord();
  const marks = useMarks();
  const list = useId();
  const navigate = useNavigate();
  const { permissions } = useSession();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), 150);
  const mayRead = permissions.includes('endpoints.read');
  const endpoints = useQuery({
    queryKey: ['find', asked],
    enabled: mayRead && asked.length > 0,
    queryFn: () => answered(api.GET('/api/v1/endpoints', { params: { query: { q: asked, limit: 8 } } })),
    placeholderData: (before) => before,
  });

  const wanted = text.trim().toLocaleLowerCase();
  const hits: Hit[] = [
    ...pages
      .filter((page) => page.order !== undefined && (page.permission === null || permissions.includes(page.permission)))
      .map((page) => ({
        key: page.path,
        icon: 'file' as const,
        label: word(page.title),
        note: t(`rooms.${page.room}` as WordKey<'shell'>),
        to: page.path,
      }))
      .filter((hit) => `${hit.label} ${hit.note}`.toLocaleLowerCase().includes(wanted))
      .slice(0, wanted === '' ? 24 : 8),
    ...(wanted === '' ? [] : (endpoints.data?.items ?? [])).map((endpoint) => ({
      key: endpoint.id,
      icon: 'endpoint' as const,
      label: endpoint.hostname,
      note: marks.facts([endpoint.primary_user?.name, pathWords(endpoint.group)]),
      to: `/endpoints/${endpoint.id}`,
    })),
  ];
  const chosen = Math.min(at, hits.length - 1);

  const open = (hit: Hit | undefined): void => {
    if (!hit) return;
    onClose();
    void navigate({ to: hit.to });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt(Math.max(0, Math.min(hits.length - 1, chosen + (event.key === 'ArrowDown' ? 1 : -1))));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      open(hits[chosen]);
    }
  };

  return (
    <Modal.Root opened onClose={onClose} centered={false} yOffset="10vh" size={640}>
      <Modal.Overlay />
      <Modal.Content aria-label={t('find.label')}>
      <div className={css['line']}>
        <Icon name="find" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={hits.length > 0 ? `${list}-${String(chosen)}` : undefined}
          aria-label={t('find.label')}
          placeholder={t('find.hint')}
          value={text}
          data-autofocus
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <div id={list} role="listbox" aria-label={t('find.results')} className={css['list']}>
        {hits.map((hit, index) => (
          // The field keeps the focus and moves through the list; a mouse may also click.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={hit.key}
            id={`${list}-${String(index)}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => {
              open(hit);
            }}
          >
            <Icon name={hit.icon} />
            <span>{hit.label}</span>
            <span className="dim sm">{hit.note}</span>
          </div>
        ))}
      </div>
      {hits.length === 0 && <p className={css['none']}>{t('find.none')}</p>}
      </Modal.Content>
    </Modal.Root>
  );
}
