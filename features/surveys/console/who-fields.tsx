import type { Survey } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords, useGroups } from '@shell/pick/groups';
import { PersonSelect } from '@shell/pick/person-select';
import { useQueryClient } from '@tanstack/react-query';
import { IconButton } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import { useState, type ReactNode } from 'react';
import type { Draft, Named } from './draft';
import css from './surveys.module.css';
import { usePageWords } from './page-words';

interface Props {
  draft: Draft;
  /** Whom what was saved would reach; nothing where that is no longer what stands here. */
  reach: Survey['reach'];
  fault: string | undefined;
  onChange: (changes: Partial<Draft>) => void;
}

function Chosen({ items, onRemove }: { items: Named[]; onRemove: (id: string) => void }): ReactNode {
  const p = usePageWords();
  return (
    <ul className={css['chosen']}>
      {items.map(({ id, name }) => (
        <li key={id}>
          {name ?? <span className={css['red']}>{p('draft.gone')}</span>}
          <IconButton
            name="close"
            label={p('draft.without', { name: name ?? p('draft.gone') })}
            onClick={() => {
              onRemove(id);
            }}
          />
        </li>
      ))}
    </ul>
  );
}

/** Who is asked: everybody at the endpoints of some groups, and some people by name. */
export function WhoFields({ draft, reach, fault, onChange }: Props): ReactNode {
  const p = usePageWords();
  const client = useQueryClient();
  const { data: groups = [] } = useGroups();
  // A field that is emptied by taking what was chosen out of it begins anew.
  const [turn, setTurn] = useState(0);
  const nameOf = ({ id, name }: Named): Named => {
    const group = groups.find((one) => one.id === id);
    return { id, name: group ? pathWords(group) : name };
  };
  const personName = (id: string): string | null => {
    const pages = client.getQueriesData<{ items: { id: string; name: string }[] }>({ queryKey: ['people-few'] });
    return pages.flatMap(([, page]) => page?.items ?? []).find((person) => person.id === id)?.name ?? null;
  };
  return (
    <Section title={p('draft.who')}>
      <Fields>
        <Chosen
          items={draft.groups.map(nameOf)}
          onRemove={(id) => {
            onChange({ groups: draft.groups.filter((group) => group.id !== id) });
          }}
        />
        <GroupSelect
          key={`group-${String(turn)}`}
          label={p('draft.group')}
          value={null}
          error={fault ?? null}
          onChange={(id) => {
            setTurn(turn + 1);
            if (id !== null && !draft.groups.some((group) => group.id === id)) onChange({ groups: [...draft.groups, nameOf({ id, name: null })] });
          }}
        />
        <Chosen
          items={draft.people}
          onRemove={(id) => {
            onChange({ people: draft.people.filter((person) => person.id !== id) });
          }}
        />
        <PersonSelect
          key={`person-${String(turn)}`}
          label={p('draft.person')}
          value={null}
          onChange={(id) => {
            setTurn(turn + 1);
            if (id !== null && !draft.people.some((person) => person.id === id)) onChange({ people: [...draft.people, { id, name: personName(id) }] });
          }}
        />
        <p className="sm sub">
          {reach && p('draft.reach', { ...reach })} {p('draft.reach_hint')}
        </p>
      </Fields>
    </Section>
  );
}
