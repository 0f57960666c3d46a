import { useSearchState } from '@shell/address/use-search';
import type { Group, PolicyVersion } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { depthOf, isRoot, useGroups } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { FilterChips } from '@shell/ui/chips';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Await, Empty } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import css from './policy.module.css';
import { RolloutShort } from './rollout';
import { useFeatureTitle, usePolicies, usePolicyFeatures } from './queries';

function Row({ group, policy, feature, depth }: { group: Group; policy: PolicyVersion | undefined; feature: string; depth: number }): ReactNode {
  const t = useWords('policy');
  const mayWrite = useCan('policies.write');
  const to = `/policies/${feature}/${group.id}`;
  return (
    <tr>
      <th scope="row" style={{ paddingLeft: depth * 24 }}>
        {group.name}
      </th>
      <td>
        {policy ? (
          <Go className="t" to={to}>
            {t('version', { number: policy.version })}
          </Go>
        ) : (
          <span className="dim">
            {t(isRoot(group) ? 'from_default' : 'from_above')}
            {mayWrite && (
              <>
                {'　'}
                <Go className="t" to={to} aria-label={`${t('decide_here')}: ${group.name}`}>
                  {t('decide_here')}
                </Go>
              </>
            )}
          </span>
        )}
      </td>
      <td>{policy && t(`inherit.${policy.inherit}`)}</td>
      <td>{policy && <RolloutShort rollout={policy.rollout} />}</td>
      <td>{policy?.created_by}</td>
      <td>{policy && <RelativeTime at={policy.created_at} />}</td>
    </tr>
  );
}

/** One feature over the tree of groups: who has an own rule and who takes what is above. */
export default function Policies(): ReactNode {
  const t = useWords('policy');
  const title = useFeatureTitle();
  const [search, change] = useSearchState();
  const features = usePolicyFeatures();
  const groups = useGroups();
  const policies = usePolicies();
  const failedOnly = search['state'] === 'failed';
  const wanted = search['feature'] ?? features.data?.[0]?.feature;
  const rows = (groups.data ?? []).flatMap((group) => {
    const own = policies.data?.filter((policy) => policy.group.id === group.id) ?? [];
    if (failedOnly) return own.filter((policy) => policy.rollout.failed > 0).map((policy) => ({ group, policy, feature: policy.feature, depth: 0 }));
    const policy = own.find((one) => one.feature === wanted);
    return wanted === undefined ? [] : [{ group, policy, feature: wanted, depth: depthOf(group) }];
  });
  return (
    <>
      <PageHead room="rules" title="policy:title" lead={t('lead')} />
      {failedOnly ? (
        <FilterChips
          chips={[{ name: 'state', label: t('column.rollout'), value: t('failed_only') }]}
          onRemove={() => {
            change({ state: undefined });
          }}
          onClear={() => {
            change({ state: undefined });
          }}
        />
      ) : (
        <FeatureTabs open={wanted} names={features.data?.map((feature) => feature.feature) ?? []} title={title} />
      )}
      <Await query={{ ...policies, data: groups.data && policies.data }} lines={12}>
        {() =>
          rows.length === 0 ? (
            <Empty>{t('none')}</Empty>
          ) : (
            <div className={css['scroll']}>
              <table className={css['tree']} aria-label={t('title')}>
                <thead>
                  <tr>
                    {(['group', 'version', 'inherit', 'rollout', 'by', 'at'] as const).map((column) => (
                      <th key={column} scope="col">
                        {t(`column.${column}`)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <Row key={`${row.group.id}${row.feature}`} {...row} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Await>
    </>
  );
}

function FeatureTabs({ open, names, title }: { open: string | undefined; names: string[]; title: (feature: string) => string }): ReactNode {
  const t = useWords('policy');
  return (
    <nav className={css['features']} aria-label={t('features')}>
      {names.map((feature) => (
        <Go key={feature} to="/policies" search={{ feature }} className={css['feature']} aria-current={feature === open ? 'page' : undefined}>
          {title(feature)}
        </Go>
      ))}
    </nav>
  );
}
