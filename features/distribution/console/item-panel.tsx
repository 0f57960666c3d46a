import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { ShelfWhole } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { useCan } from '@shell/session/session';
import { Button, LinkButton } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import { ConfirmAct } from '@shell/ui/confirm';
import { Copyable } from '@shell/ui/copyable';
import { Go } from '@shell/ui/link';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './distribution.module.css';
import { LogText } from './log-text';

function Versions({ item, onOpen }: { item: ShelfWhole; onOpen: (id: string) => void }): ReactNode {
  const t = useWords('distribution');
  const query = useQuery({
    queryKey: ['distribution', 'items', 'versions', item.name],
    queryFn: () => answered(api.GET('/api/v1/distribution/items', { params: { query: { name: item.name } } })),
  });
  return (
    <Await query={query} lines={2}>
      {({ items }) => (
        <p className={`sm ${css['versions'] ?? ''}`}>
          <span className="dim">{t('shelf_page.versions')}</span>
          {items.map((one) => (
            <button
              key={one.id}
              type="button"
              className="t"
              aria-current={one.id === item.id}
              onClick={() => {
                onOpen(one.id);
              }}
            >
              {one.version}
            </button>
          ))}
        </p>
      )}
    </Await>
  );
}

function Whole({ item, onClose, onOpen, onNext }: { item: ShelfWhole; onClose: () => void; onOpen: (id: string) => void; onNext: () => void }): ReactNode {
  const t = useWords('distribution');
  const client = useQueryClient();
  const writes = useCan('distribution.write');
  const marks = useMarks();
  const script = item.kind === 'script';
  const fact = (name: 'file' | 'size' | 'architecture' | 'vendor' | 'depends' | 'interpreter' | 'note' | 'created' | 'rollouts', value: ReactNode): { label: string; value: ReactNode } => ({
    label: t(`shelf_page.facts.${name}`),
    value,
  });
  const rollouts =
    item.rollouts === 0 ? null : (
      <Go className="t" to="/distribution" search={{ item: item.id }}>
        {item.rollouts}
      </Go>
    );
  return (
    <div className={css['blocks']}>
      {item.summary && <p className="sm">{item.summary}</p>}
      <KeyValues
        facts={[
          ...(script ? [fact('interpreter', item.interpreter)] : [fact('file', item.file_name), fact('architecture', item.architecture), fact('vendor', item.vendor), fact('depends', marks.list(item.depends))]),
          fact('size', bytes(item.size)),
          fact('note', item.note),
          fact('created', <ExactTime at={item.created_at} />),
          fact('rollouts', rollouts),
        ]}
      />
      <Copyable label={t('shelf_page.facts.hash')} text={item.sha256} />
      {script && <Versions item={item} onOpen={onOpen} />}
      {script && (
        <LogText label={t('shelf_page.text')} text={item.text ?? ''} />
      )}
      {writes && (
        <>
          <Acts>
            <LinkButton to="/distribution/new" search={{ item: item.id }} main>
              {t('shelf_page.roll_out')}
            </LinkButton>
            {script && <Button onClick={onNext}>{t('shelf_page.next_version')}</Button>}
          </Acts>
          {item.under_way === 0 && (
            <ConfirmAct
              act={t('shelf_page.remove')}
              withReason={false}
              consequence={{
                hits: t('shelf_page.remove_hits', { name: item.name, version: item.version }),
                stops: t('shelf_page.remove_stops'),
                stays: t('shelf_page.remove_stays'),
                undo: t('shelf_page.remove_undo'),
              }}
              onConfirm={async () => {
                await answered(api.DELETE('/api/v1/distribution/items/{id}', { params: { path: { id: item.id } } }));
                onClose();
                await client.invalidateQueries({ queryKey: ['distribution', 'items'] });
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

/** One package, or one version of a script with its text. */
export function ItemPanel({ id, onClose, onOpen, onNext }: { id: string; onClose: () => void; onOpen: (id: string) => void; onNext: () => void }): ReactNode {
  const t = useWords('distribution');
  const query = useQuery({ queryKey: ['distribution', 'items', 'one', id], queryFn: () => answered(api.GET('/api/v1/distribution/items/{id}', { params: { path: { id } } })) });
  const title = query.data ? `${query.data.name} ${query.data.version}` : '…';
  return (
    <SidePanel label={t('shelf_page.panel')} title={title} onClose={onClose}>
      <Await query={query} lines={10}>
        {(item) => <Whole item={item} onClose={onClose} onOpen={onOpen} onNext={onNext} />}
      </Await>
    </SidePanel>
  );
}
