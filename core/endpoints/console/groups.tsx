import { useQueryClient } from '@tanstack/react-query';
import { useSearchState } from '@shell/address/use-search';
import type { Group } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { depthOf, groupsKey, useGroups } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Await, Empty } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './groups.module.css';
import { GroupPanel } from './group-panel';

function Line({ group, open, onOpen }: { group: Group; open: boolean; onOpen: () => void }): ReactNode {
  const t = useWords('endpoints');
  return (
    <li className={css['line']} data-open={open} style={{ paddingLeft: 8 + depthOf(group) * 24 }}>
      <button type="button" className={css['name']} aria-current={open ? 'true' : undefined} onClick={onOpen}>
        {group.name}
      </button>
      <span className="sm sub">
        {group.kind === 'query' && (
          <>
            {t('groups.query_is')} <code>{group.query}</code>
          </>
        )}
      </span>
      <span className="num">
        {group.endpoint_count === 0 ? (
          <span className="dim">0</span>
        ) : (
          <Go className="t" to="/endpoints" search={{ group: group.id }} aria-label={`${group.name}: ${t('groups.count', { count: group.endpoint_count })}`}>
            {t('groups.count', { count: group.endpoint_count })}
          </Go>
        )}
      </span>
    </li>
  );
}

export default function Groups(): ReactNode {
  const t = useWords('endpoints');
  const query = useGroups();
  const client = useQueryClient();
  const mayWrite = useCan('groups.write');
  const [search, change] = useSearchState();
  const openId = search['open'];
  const close = (): void => {
    change({ open: undefined }, { replace: true });
  };
  const saved = async (id: string | undefined): Promise<void> => {
    await client.invalidateQueries({ queryKey: groupsKey });
    change({ open: id }, { replace: true });
  };
  const found = query.data?.find((group) => group.id === openId);
  const panel =
    openId === 'new' || found ? (
      <GroupPanel key={openId} group={found ?? null} readOnly={!mayWrite} onClose={close} onSaved={saved} />
    ) : null;
  return (
    <>
      <PageHead
        room="endpoints"
        title="endpoints:groups.title"
        lead={t('groups.lead')}
        acts={
          mayWrite ? (
            <Button
              icon="plus"
              onClick={() => {
                change({ open: 'new' });
              }}
            >
              {t('groups.add')}
            </Button>
          ) : undefined
        }
      />
      <Split panel={panel}>
        <Await query={query} lines={12}>
          {(groups) =>
            groups.length === 0 ? (
              <Empty>{t('groups.none')}</Empty>
            ) : (
              <ul className={css['tree']} aria-label={t('groups.title')}>
                {groups.map((group) => (
                  <Line
                    key={group.id}
                    group={group}
                    open={group.id === openId}
                    onOpen={() => {
                      change({ open: group.id }, { replace: true });
                    }}
                  />
                ))}
              </ul>
            )
          }
        </Await>
      </Split>
    </>
  );
}
