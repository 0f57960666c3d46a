import { useParams } from '@tanstack/react-router';
import type { Group, PolicyFeature, PolicyVersion } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { isRoot, pathWords, useGroups } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Columns, Section } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { Editor } from './editor';
import { History } from './history';
import { GiveBack } from './give-back';
import { RolloutPart } from './rollout';
import { useFeatureTitle, usePolicy, usePolicyFeatures } from './queries';

interface Shown {
  feature: PolicyFeature;
  policy: PolicyVersion | null;
  group: Group;
}

function Page({ feature, policy, group }: Shown): ReactNode {
  const t = useWords('policy');
  const title = useFeatureTitle();
  const marks = useMarks();
  const mayWrite = useCan('policies.write');
  return (
    <>
      <header>
        <p className="sm sub">
          {policy ? t('one.kicker', { number: policy.version, by: policy.created_by }) : t('one.kicker_new')}{' '}
          {policy && <RelativeTime at={policy.created_at} />}
        </p>
        <h1>{t('one.heading', { feature: title(feature.feature), group: group.name })}</h1>
        <p className="sub">
          <Go className="t" to="/endpoints" search={{ group: group.id }}>
            {t('one.endpoints', { path: pathWords(group), count: group.endpoint_count })}
          </Go>
          {policy?.comment ? marks.quoted(policy.comment) : ''}
        </p>
        <br />
      </header>
      <Columns
        main={<Editor key={policy?.etag ?? 'new'} feature={feature} policy={policy} groupId={group.id} />}
        side={
          <>
            {policy ? (
              <Section title={t('rollout.title')}>
                <RolloutPart policy={policy} />
              </Section>
            ) : (
              <Section title={t('rollout.title')}>
                <Empty>{t('one.none_yet')}</Empty>
              </Section>
            )}
            {policy && (
              <Section title={t('history.title')}>
                <History feature={feature.feature} groupId={group.id} />
              </Section>
            )}
            {policy && mayWrite && !isRoot(group) && (
              <Section title={t('give_back.title')}>
                <GiveBack policy={policy} endpoints={group.endpoint_count} />
              </Section>
            )}
          </>
        }
      />
    </>
  );
}

export default function OnePolicy(): ReactNode {
  const t = useWords('policy');
  const { feature: name = '', group: groupId = '' } = useParams({ strict: false });
  const title = useFeatureTitle();
  const features = usePolicyFeatures();
  const groups = useGroups();
  const policy = usePolicy(name, groupId);
  const feature = features.data?.find((one) => one.feature === name);
  const group = groups.data?.find((one) => one.id === groupId);
  useCrumbs('rules', [
    { label: title(name), to: '/policies', search: { feature: name } },
    { label: group?.name ?? t('one.title') },
  ]);
  if (features.data && groups.data && (!feature || !group)) return <Empty>{t('one.lost')}</Empty>;
  return (
    <Await query={{ ...policy, data: feature && group && policy.data !== undefined ? { policy: policy.data } : undefined }} lines={14}>
      {(ready) => (feature && group ? <Page feature={feature} group={group} policy={ready.policy} /> : null)}
    </Await>
  );
}
