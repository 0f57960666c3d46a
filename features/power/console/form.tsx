import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { PowerAction, PowerAsk, PowerForetold } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts, Columns, Section, Stack } from '@shell/ui/section';
import { Empty, Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { Foretold, goes } from './foretold';
import { usePowerWords } from './page-words';

const actions: PowerAction[] = ['restart', 'shut_down', 'wake'];

interface Draft {
  action: PowerAction;
  group: string | null;
  notice: number | null;
  insist: boolean;
  reason: string;
}

function asked(draft: Draft, endpoint: string | undefined): PowerAsk {
  const where = endpoint === undefined ? { group_id: draft.group ?? '' } : { endpoints: [endpoint] };
  const itself = draft.action === 'wake' ? {} : { insist: draft.insist, ...(draft.notice === null ? {} : { notice_s: draft.notice * 60 }) };
  return { ...where, action: draft.action, reason: draft.reason.trim(), ...itself };
}

/** Asking for something: first what would happen, then doing it. For one endpoint, or for a group. */
export function PowerForm({ endpoint }: { endpoint?: string }): ReactNode {
  const p = usePowerWords();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ action: 'restart', group: null, notice: null, insist: false, reason: '' });
  const body = asked(draft, endpoint);
  const preview = useMutation({ mutationFn: () => answered(api.POST('/api/v1/power/preview', { body })) });
  const run = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/power', { body })),
    onSuccess: async () => {
      preview.reset();
      await client.invalidateQueries({ queryKey: ['power'] });
    },
  });
  const change = (changes: Partial<Draft>): void => {
    // What was looked at is not what would be done any more.
    preview.reset();
    run.reset();
    setDraft((now) => ({ ...now, ...changes }));
  };
  const foretold: PowerForetold[] | undefined = preview.data?.items;
  const count = foretold?.filter((one) => goes(one.outlook)).length ?? 0;
  const form = (
    <Section title={p('ask')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run.reset();
          preview.mutate();
        }}
      >
        <Fields>
          <Select
            label={p('action')}
            allowDeselect={false}
            data={actions.map((value) => ({ value, label: p(`actions.${value}`) }))}
            value={draft.action}
            onChange={(value) => {
              change({ action: actions.find((one) => one === value) ?? 'restart' });
            }}
          />
          {endpoint === undefined && (
            <GroupSelect
              label={p('group')}
              value={draft.group}
              onChange={(group) => {
                change({ group });
              }}
            />
          )}
          {draft.action !== 'wake' && (
            <>
              <NumberInput
                label={p('notice')}
                description={p('notice_hint')}
                min={1}
                max={1440}
                allowDecimal={false}
                value={draft.notice ?? ''}
                onChange={(value) => {
                  change({ notice: typeof value === 'number' ? value : null });
                }}
              />
              <Checkbox
                label={p('insist')}
                description={p('insist_hint')}
                checked={draft.insist}
                onChange={(event) => {
                  change({ insist: event.currentTarget.checked });
                }}
              />
            </>
          )}
          <TextInput
            label={p('reason')}
            description={p('reason_hint')}
            maxLength={200}
            value={draft.reason}
            onChange={(event) => {
              change({ reason: event.currentTarget.value });
            }}
          />
          {preview.error && <Failed error={preview.error} />}
          <Acts>
            <Button type="submit" main={foretold === undefined} busy={preview.isPending} disabled={endpoint === undefined && draft.group === null}>
              {p('preview')}
            </Button>
          </Acts>
        </Fields>
      </form>
    </Section>
  );
  const result = (
    <Section title={p('foretold')}>
      <Stack>
        {run.error && <Failed error={run.error} />}
        <p role="status" className="sm sub">
          {run.data ? p('given', { count: run.data.items.filter((one) => one.command_id).length }) : ''}
        </p>
        {foretold &&
          (count === 0 ? (
            <p className="sm sub">{p('goes_none')}</p>
          ) : (
            <Acts>
              <Button
                main
                icon="power"
                busy={run.isPending}
                onClick={() => {
                  run.mutate();
                }}
              >
                {p(`run_${draft.action}`, { count })}
              </Button>
            </Acts>
          ))}
        {foretold ? <Foretold items={foretold} /> : !run.data && <Empty>{p('foretold_none')}</Empty>}
      </Stack>
    </Section>
  );
  return <Columns main={result} side={form} />;
}
