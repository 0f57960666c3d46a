import { Checkbox, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Group } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { isRoot, useGroups } from '@shell/pick/groups';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';

interface Props {
  /** The group shown, or null for a new one. */
  group: Group | null;
  readOnly: boolean;
  onClose: () => void;
  onSaved: (id: string | undefined) => Promise<void>;
}

/** Naming, moving and asking: everything that can be done with one group. */
export function GroupPanel({ group, readOnly, onClose, onSaved }: Props): ReactNode {
  const t = useWords('endpoints');
  const s = useWords('shell');
  const { data: groups = [] } = useGroups();
  const root = groups.find(isRoot);
  const [name, setName] = useState(group?.name ?? '');
  const [parent, setParent] = useState<string | null>(group?.parent_id ?? null);
  const [byQuery, setByQuery] = useState(group?.kind === 'query');
  const [query, setQuery] = useState(group?.query ?? '');
  const above = parent ?? root?.id;
  const atTop = group !== null && isRoot(group);

  const save = useMutation({
    mutationFn: async () => {
      if (group) {
        return answered(
          api.PATCH('/api/v1/groups/{id}', {
            params: { path: { id: group.id } },
            ...ifMatch(group.etag),
            body: { name, ...(atTop || above === undefined ? {} : { parent_id: above }), ...(byQuery ? { query } : {}) },
          }),
        );
      }
      return answered(
        api.POST('/api/v1/groups', {
          body: { name, parent_id: above ?? '', kind: byQuery ? 'query' : 'fixed', ...(byQuery ? { query } : {}) },
        }),
      );
    },
    onSuccess: (saved) => onSaved(saved.id),
  });

  return (
    <SidePanel label={t('groups.panel')} title={group ? group.name : t('groups.add')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Fields>
          <TextInput
            label={t('groups.name')}
            value={name}
            disabled={readOnly}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          {!atTop && <GroupSelect label={t('groups.parent')} fixedOnly value={above ?? null} onChange={setParent} />}
          {group === null && (
            <Checkbox
              label={t('groups.by_query')}
              description={t('groups.by_query_hint')}
              checked={byQuery}
              onChange={(event) => {
                setByQuery(event.currentTarget.checked);
              }}
            />
          )}
          {byQuery && (
            <TextInput
              label={t('groups.query')}
              description={t('groups.query_hint')}
              value={query}
              disabled={readOnly}
              onChange={(event) => {
                setQuery(event.currentTarget.value);
              }}
            />
          )}
          {save.error && <Failed error={save.error} />}
          {!readOnly && (
            <Acts>
              <Button main type="submit" busy={save.isPending} disabled={name.trim() === '' || (byQuery && query.trim() === '')}>
                {s('save')}
              </Button>
              <Button onClick={onClose}>{s('cancel')}</Button>
            </Acts>
          )}
        </Fields>
      </form>
      {group && !atTop && !readOnly && (
        <>
          <br />
          <ConfirmAct
            act={t('groups.remove')}
            word={group.name}
            withReason={false}
            consequence={{
              hits: t('groups.count', { count: group.endpoint_count }),
              stops: t('groups.remove_stops'),
              stays: t('groups.remove_stays'),
              undo: t('groups.remove_undo'),
            }}
            onConfirm={async () => {
              await answered(api.DELETE('/api/v1/groups/{id}', { params: { path: { id: group.id } } }));
              await onSaved(undefined);
            }}
          />
        </>
      )}
    </SidePanel>
  );
}
