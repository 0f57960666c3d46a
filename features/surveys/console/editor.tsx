import { Checkbox, TextInput, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Survey } from '@shell/api/schema';
import { useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts, Columns, Section, Stack } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { changeOf, draftOf, fieldOf, isChanged, moved, newQuestion, type Draft } from './draft';
import { Preview } from './preview';
import { QuestionFields } from './question-fields';
import { useKeep } from './queries';
import { SendPart } from './send';
import css from './surveys.module.css';
import { WhoFields } from './who-fields';
import { usePageWords } from './page-words';

interface Props {
  /** The survey as it was seen, or null for a new one. */
  seen: Survey | null;
  onMade: (survey: Survey) => void;
  onRemoved: () => void;
  onReload?: () => Promise<Survey | null>;
}

const faultWords = ['required', 'too_long', 'too_few', 'too_many', 'twice', 'out_of_range', 'bad_date', 'empty', 'unknown'] as const;

/** Writing a survey: its words, its questions, who is asked, and its rules; beside it, how people see it. */
export function Editor({ seen: given, onMade, onRemoved, onReload }: Props): ReactNode {
  const p = usePageWords();
  const { admin } = useSession();
  const keep = useKeep();
  // What is read again meanwhile does not change what somebody is writing, nor which version they have seen.
  const [seen, setSeen] = useState(given);
  const [draft, setDraft] = useState(() => draftOf(given));
  const [refused, setRefused] = useState<Error | null>(null);
  const changed = isChanged(draft, seen);
  const { question: leaving, release } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () =>
      seen
        ? answered(api.PUT('/api/v1/surveys/{id}', { params: { path: { id: seen.id } }, ...ifMatch(seen.etag), body: changeOf(draft) }))
        : answered(api.POST('/api/v1/surveys', { body: changeOf(draft) })),
    onError: setRefused,
    onSuccess: async (after) => {
      if (!seen) release();
      setSeen(after);
      setDraft(draftOf(after));
      await keep(after);
      if (!seen) onMade(after);
    },
  });
  const change = (changes: Partial<Draft>): void => {
    setDraft((now) => ({ ...now, ...changes }));
    setRefused(null);
    if (!save.isPending) save.reset();
  };
  const errors = refused instanceof ApiError ? refused.problem.errors : [];
  const fault = (field: string): string | undefined => {
    const code = errors.find(({ pointer }) => fieldOf(pointer) === field)?.code;
    if (code === undefined) return undefined;
    const known = faultWords.find((word) => word === code);
    return p(known ? `fault.${known}` : 'fault.other');
  };
  const reload = async (again: () => Promise<Survey | null>): Promise<void> => {
    const after = await again();
    setSeen(after);
    setDraft(draftOf(after));
    setRefused(null);
  };
  const conflict = refused instanceof ApiError && refused.problem.code === 'conflict';
  const text = (name: 'days' | 'remind' | 'keep', pointer: string, label: string, hint?: string): ReactNode => (
    <TextInput
      label={label}
      description={hint}
      inputMode="numeric"
      classNames={{ input: css['narrow'] ?? '' }}
      value={draft[name]}
      error={fault(pointer)}
      onChange={(event) => {
        change({ [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <>
      {leaving}
      <Columns
        wide
        main={
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              save.mutate();
            }}
          >
            <Stack>
              <Section title={p('draft.words')}>
                <Fields>
                  <TextInput
                    label={p('draft.title')}
                    value={draft.title}
                    maxLength={120}
                    error={fault('title')}
                    onChange={(event) => {
                      change({ title: event.currentTarget.value });
                    }}
                  />
                  <Textarea
                    label={p('draft.lead')}
                    description={p('draft.lead_hint')}
                    value={draft.lead}
                    error={fault('lead')}
                    onChange={(event) => {
                      change({ lead: event.currentTarget.value });
                    }}
                  />
                </Fields>
              </Section>
              <Section title={p('draft.questions')}>
                {draft.questions.map((question, at) => (
                  <QuestionFields
                    key={question.id}
                    question={question}
                    n={at + 1}
                    last={at === draft.questions.length - 1}
                    fault={(field) => fault(`questions/${String(at)}/${field}`)}
                    onChange={(changes) => {
                      change({ questions: draft.questions.map((one) => (one.id === question.id ? { ...one, ...changes } : one)) });
                    }}
                    onMove={(by) => {
                      change({ questions: moved(draft.questions, at, by) });
                    }}
                    onRemove={() => {
                      change({ questions: draft.questions.filter((one) => one.id !== question.id) });
                    }}
                  />
                ))}
                <Acts>
                  <Button
                    small
                    icon="plus"
                    disabled={draft.questions.length >= 50}
                    onClick={() => {
                      change({ questions: [...draft.questions, newQuestion(draft.questions)] });
                    }}
                  >
                    {p('draft.add')}
                  </Button>
                  {fault('questions') && (
                    <span role="alert" className={css['red']}>
                      {fault('questions')}
                    </span>
                  )}
                </Acts>
              </Section>
              <WhoFields draft={draft} reach={changed ? null : seen?.reach} fault={fault('groups')} onChange={change} />
              <Section title={p('draft.rules')}>
                <Fields>
                  <Checkbox
                    label={p('draft.anonymous')}
                    description={p(draft.anonymous ? 'draft.anonymous_hint' : 'draft.named_hint')}
                    checked={draft.anonymous}
                    onChange={(event) => {
                      change({ anonymous: event.currentTarget.checked });
                    }}
                  />
                  {text('days', 'days', p('draft.days'))}
                  {text('remind', 'remind_days', p('draft.remind'), p('draft.remind_hint'))}
                  {text('keep', 'keep_days', p('draft.keep'), p('draft.keep_hint'))}
                </Fields>
              </Section>
              {refused && (errors.length === 0 || conflict) && (
                <Failed error={refused} {...(conflict && onReload ? { retry: () => void reload(onReload) } : {})} />
              )}
              <Acts>
                <Button type="submit" icon="file" busy={save.isPending} disabled={!changed || draft.title.trim() === ''}>
                  {p('draft.save')}
                </Button>
                <span role="status" className="sm sub">
                  {seen && p(changed ? 'draft.unsaved' : 'draft.saved')}
                </span>
              </Acts>
            </Stack>
          </form>
        }
        side={
          <>
            {seen && <SendPart survey={seen} ready={!changed} onRefused={setRefused} onRemoved={onRemoved} release={release} />}
            <Preview draft={draft} by={seen?.created_by ?? admin.display_name} />
          </>
        }
      />
    </>
  );
}
