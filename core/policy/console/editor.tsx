import { Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { PolicyFeature, PolicyVersion } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { SchemaForm, type FieldError } from '@shell/schema-form/form';
import { useNames } from '@shell/schema-form/names';
import { YamlField } from '@shell/schema-form/yaml-field';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { differences, isRecord } from '@shell/ui/diff';
import { Acts, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import css from './policy.module.css';
import { Preview } from './preview';
import { policiesKey, schemaOf } from './queries';
import { paces, ringsOf, type Pace } from './rings';

interface Props {
  feature: PolicyFeature;
  policy: PolicyVersion | null;
  groupId: string;
}

/** The value as a form or as YAML, then what it would change and for whom, then saving it ring by ring. */
export function Editor({ feature, policy, groupId }: Props): ReactNode {
  const t = useWords('policy');
  const names = useNames(feature.feature);
  const client = useQueryClient();
  const mayWrite = useCan('policies.write');
  const start = policy?.value ?? feature.default_value;
  const [value, setValue] = useState(start);
  const [inherit, setInherit] = useState<'replace' | 'add'>(policy?.inherit ?? 'replace');
  const [asYaml, setAsYaml] = useState(false);
  const [checked, setChecked] = useState(false);
  const [comment, setComment] = useState('');
  const [pace, setPace] = useState<Pace>('three');
  const [errors, setErrors] = useState<FieldError[]>([]);
  const path = { feature: feature.feature, group: groupId };
  const changed = policy === null || inherit !== policy.inherit || differences(policy.value, value).length > 0;

  const touch = (next: unknown): void => {
    // A policy is a record; a form or YAML of something else keeps what was there.
    if (isRecord(next)) setValue(next);
    setChecked(false);
    setErrors([]);
  };
  const refused = (error: Error): void => {
    if (error instanceof ApiError && error.problem.code === 'invalid') {
      setErrors(error.problem.errors.map((one) => ({ ...one, pointer: one.pointer.replace(/^\/value/, '') })));
      setChecked(false);
    }
  };
  const save = useMutation({
    mutationFn: () =>
      answered(
        api.PUT('/api/v1/policies/{feature}/{group}', {
          params: { path },
          ...(policy ? ifMatch(policy.etag) : {}),
          body: { inherit, value, comment: comment.trim(), rings: ringsOf(pace) },
        }),
      ),
    onError: refused,
    onSuccess: () => client.invalidateQueries({ queryKey: policiesKey }),
  });

  return (
    <>
      <Section
        title={t('editor.value')}
        note={
          <span className={css['views']}>
            {([false, true] as const).map((yaml) => (
              <button
                key={String(yaml)}
                type="button"
                className="t"
                aria-pressed={asYaml === yaml}
                onClick={() => {
                  setAsYaml(yaml);
                }}
              >
                {t(yaml ? 'editor.yaml' : 'editor.form')}
              </button>
            ))}
          </span>
        }
      >
        <div className={css['save']}>
          {asYaml ? (
            <YamlField label="YAML" value={value} onChange={touch} readOnly={!mayWrite} rows={16} />
          ) : (
            <SchemaForm schema={schemaOf(feature)} value={value} onChange={touch} names={names} errors={errors} readOnly={!mayWrite} />
          )}
          <Select
            label={t('editor.inherit')}
            description={t(`editor.inherit_hint.${inherit}`)}
            disabled={!mayWrite}
            data={(['replace', 'add'] as const).map((one) => ({ value: one, label: t(`inherit.${one}`) }))}
            value={inherit}
            onChange={(next) => {
              setInherit(next === 'add' ? 'add' : 'replace');
              setChecked(false);
            }}
          />
          {errors.length > 0 && (
            <p role="alert" className="sm">
              {t('editor.refused', { count: errors.length })}
            </p>
          )}
          {mayWrite && !checked && (
            <Acts>
              <Button
                main
                disabled={!changed}
                onClick={() => {
                  setChecked(true);
                }}
              >
                {t('editor.check')}
              </Button>
              {!changed && <span className="sm sub">{t('editor.unchanged')}</span>}
              {changed && policy && (
                <Button
                  onClick={() => {
                    touch(start);
                    setInherit(policy.inherit);
                  }}
                >
                  {t('editor.back')}
                </Button>
              )}
            </Acts>
          )}
        </div>
      </Section>
      {checked && (
        <Section title={t('preview.title')} note={t('preview.note')}>
          <div className={css['save']}>
            <Preview path={path} inherit={inherit} value={value} names={names} />
            <Select
              label={t('editor.pace')}
              description={t('editor.pace_hint')}
              data={paces.map((one) => ({ value: one, label: t(`pace.${one}`) }))}
              value={pace}
              onChange={(next) => {
                setPace((next ?? 'three') as Pace);
              }}
            />
            <TextInput
              label={t('editor.comment')}
              description={t('editor.comment_hint')}
              value={comment}
              onChange={(event) => {
                setComment(event.currentTarget.value);
              }}
            />
            {save.error && errors.length === 0 && <Failed error={save.error} />}
            <Acts>
              <Button
                main
                busy={save.isPending}
                disabled={comment.trim() === ''}
                onClick={() => {
                  save.mutate();
                }}
              >
                {t('editor.save')}
              </Button>
              <Button
                onClick={() => {
                  setChecked(false);
                }}
              >
                {t('editor.edit_more')}
              </Button>
            </Acts>
          </div>
        </Section>
      )}
    </>
  );
}
