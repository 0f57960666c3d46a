import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import type { AssetDetail, DoubtView, SightingView } from '@shell/api/schema';
import { assetParts } from '@shell/features';
import { pathWords } from '@shell/pick/groups';
import { useCan, useSession } from '@shell/session/session';
import { bytes } from '@shell/ui/bytes';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Part } from '@shell/ui/part';
import { Columns, Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import { ExactTime, RelativeTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './assets.module.css';
import { AssetRounds } from './asset-rounds';
import { AskedDevice } from './asset-device';
import { History } from './history-rows';
import { Photos } from './photos';
import { useStockWords } from './stock-words';
import { kinds, places, sources, useLedgerWords, wordOf } from './ledger-words';
import { WrittenForm } from './written';

const assetKey = (id: string): readonly unknown[] => ['assets', 'one', id];

function Facts({ asset }: { asset: AssetDetail }): ReactNode {
  const t = useLedgerWords();
  return (
    <Section
      title={t('one.facts')}
      note={
        asset.endpoint && (
          <Go className="t" to={`/endpoints/${asset.endpoint}`}>
            {t('one.endpoint')}
          </Go>
        )
      }
    >
      <KeyValues
        facts={[
          { label: t('kind'), value: wordOf(kinds, asset.kind, (kind) => t(`kinds.${kind}`)) },
          { label: t('one.model'), value: [asset.vendor, asset.model].filter(Boolean).join(' ') },
          { label: t('one.serial'), value: asset.serial },
          { label: t('one.os'), value: [asset.os_name, asset.os_version].filter(Boolean).join(' ') },
          { label: t('one.cpu'), value: asset.cpu },
          { label: t('one.memory'), value: asset.memory_bytes > 0 ? bytes(asset.memory_bytes) : '' },
          { label: t('one.disk'), value: asset.disk_bytes > 0 ? bytes(asset.disk_bytes) : '' },
          { label: t('one.fullest'), value: asset.disk_bytes > 0 ? t('percent', { percent: asset.fullest }) : '' },
          { label: t('one.ip'), value: asset.ip },
          { label: t('one.mac'), value: asset.mac },
          { label: t('column.whereabouts'), value: asset.office || wordOf(places, asset.whereabouts, (place) => t(`places.${place}`)) },
          { label: t('column.updates'), value: asset.updates === undefined || asset.updates === null ? '' : t('waiting', { all: asset.updates, security: asset.security_updates ?? 0 }) },
          { label: t('one.group'), value: pathWords({ path: asset.group, name: asset.group }) },
          { label: t('one.first'), value: <ExactTime at={asset.first_at} /> },
          { label: t('one.seen'), value: <RelativeTime at={asset.seen_at} /> },
        ]}
      />
    </Section>
  );
}

function Sighting({ asset, one, onDone }: { asset: AssetDetail; one: SightingView; onDone: (next: string) => Promise<void> }): ReactNode {
  const t = useLedgerWords();
  const mayWrite = useCan('assets.write');
  const source = wordOf(sources, one.source, (known) => t(`sources.${known}`));
  const why = (['new', 'uuid', 'serial', 'mac_and_name', 'mac', 'by_hand', 'known'] as const).find((word) => word === one.why);
  const split = async (): Promise<void> => {
    const made = await answered(api.POST('/api/v1/assets/ledger/{id}/split', { params: { path: { id: asset.id } }, body: { sighting: one.id } }));
    await onDone(made.id);
  };
  return (
    <li className={css['told']}>
      <b>{source}</b> {one.leading && <span className="sm sub">{t('one.leads')}</span>}
      <p className="sm sub">
        {why ? t(`one.why.${why}`) : one.why} · <RelativeTime at={one.seen_at} />
      </p>
      <p className="sm dim">{one.key}</p>
      {mayWrite && asset.sightings.length > 1 && (
        <ConfirmAct
          act={t('one.split')}
          withReason={false}
          consequence={{ hits: t('one.split_hits', { source }), stops: t('one.split_stops'), stays: t('one.split_stays'), undo: t('one.split_undo') }}
          onConfirm={split}
        />
      )}
    </li>
  );
}

function Doubt({ asset, one, onDone }: { asset: AssetDetail; one: DoubtView; onDone: (next: string) => Promise<void> }): ReactNode {
  const t = useLedgerWords();
  const mayWrite = useCan('assets.write');
  const doubt = (['uuid_twice', 'serial_twice', 'mac_moved', 'name_only', 'several'] as const).find((word) => word === one.doubt);
  const merge = async (): Promise<void> => {
    await answered(api.POST('/api/v1/assets/ledger/{id}/merge', { params: { path: { id: asset.id } }, body: { other: one.id } }));
    await onDone(asset.id);
  };
  return (
    <li className={css['told']}>
      <Go to={`/assets/${one.id}`}>{one.name}</Go>
      <p className="sm sub">{doubt ? t(`one.doubt.${doubt}`) : one.doubt}</p>
      {mayWrite && (
        <ConfirmAct
          act={t('one.merge')}
          withReason={false}
          consequence={{ hits: t('one.merge_hits', { name: one.name }), stops: t('one.merge_stops', { name: one.name }), stays: t('one.merge_stays'), undo: t('one.merge_undo') }}
          onConfirm={merge}
        />
      )}
    </li>
  );
}

function Whole({ asset }: { asset: AssetDetail }): ReactNode {
  const t = useLedgerWords();
  const stock = useStockWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useCan('assets.write');
  const { permissions } = useSession();
  const done = async (next: string): Promise<void> => {
    await client.invalidateQueries({ queryKey: ['assets'] });
    if (next !== asset.id) await navigate({ to: `/assets/${next}` });
  };
  const remove = useMutation({
    mutationFn: () => answered(api.DELETE('/api/v1/assets/ledger/{id}', { params: { path: { id: asset.id } } })),
    onSuccess: async () => {
      await navigate({ to: '/assets' });
      await client.invalidateQueries({ queryKey: ['assets', 'ledger'] });
    },
  });
  return (
    <Columns
      main={
        <>
          <Section
            title={t('one.history')}
            note={
              <Go className="t" to="/asset-changes" search={{ asset: asset.id }}>
                {t('one.history_all')}
              </Go>
            }
          >
            <History asset={asset.id} />
          </Section>
          <AskedDevice asset={asset} />
          {assetParts.filter((part) => permissions.includes(part.permission)).map((part) => (
            <Part key={part.id} load={part.load} props={{ asset }} lines={4} />
          ))}
          <Section title={t('one.written')} note={t('one.written_note')}>
            <WrittenForm key={asset.etag} asset={asset} readOnly={!mayWrite} onSaved={(saved) => client.setQueryData(assetKey(asset.id), saved)} />
          </Section>
        </>
      }
      side={
        <>
          <Facts asset={asset} />
          <Section title={stock('photos.title')}>
            <Photos asset={asset.id} name={asset.name} />
          </Section>
          <Section title={stock('history')}>
            <AssetRounds asset={asset.id} />
          </Section>
          <Section title={t('one.told')}>
            <ul className={css['tolds']}>
              {asset.sightings.map((one) => (
                <Sighting key={one.id} asset={asset} one={one} onDone={done} />
              ))}
            </ul>
          </Section>
          {asset.doubts.length > 0 && (
            <Section title={t('one.doubts')}>
              <ul className={css['tolds']}>
                {asset.doubts.map((one) => (
                  <Doubt key={`${one.id} ${one.doubt}`} asset={asset} one={one} onDone={done} />
                ))}
              </ul>
            </Section>
          )}
          {mayWrite && (
            <ConfirmAct
              act={t('one.remove')}
              word={asset.name}
              withReason={false}
              consequence={{ hits: t('one.remove_hits', { name: asset.name }), stops: t('one.remove_stops'), stays: t('one.remove_stays'), undo: t('one.remove_undo') }}
              onConfirm={() => remove.mutateAsync()}
            />
          )}
        </>
      }
    />
  );
}

/** One asset: what it is, what changed, who tells of it, and what people wrote down. */
export default function Asset(): ReactNode {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery({
    queryKey: assetKey(id),
    queryFn: () => answered(api.GET('/api/v1/assets/ledger/{id}', { params: { path: { id } } })),
  });
  useCrumbs('assets', [{ label: query.data?.name ?? '' }]);
  return (
    <Await query={query} lines={14}>
      {(asset) => (
        <>
          <header className={css['head']}>
            <h1>{asset.name}</h1>
            <p className="sub">{[asset.person, pathWords({ path: asset.group, name: asset.group }), asset.place].filter(Boolean).join(' · ')}</p>
          </header>
          <Whole asset={asset} />
        </>
      )}
    </Await>
  );
}
