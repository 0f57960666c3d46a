import { Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { AssetDetail, StockRound } from '@shell/api/schema';
import { usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { Photos } from './photos';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

interface Props {
  round: StockRound;
  onCancel: () => void;
  /** It was marked: its name, and whether the ledger changed with it. */
  onMarked: (name: string, changed: boolean) => void;
}

function Form({ round, asset, onCancel, onMarked }: Props & { asset: AssetDetail }): ReactNode {
  const t = useStockWords();
  const zone = usePlace();
  const [place, setPlace] = useState(asset.place);
  const [person, setPerson] = useState(asset.person);
  const [note, setNote] = useState('');
  const before = useQuery({
    queryKey: ['assets', 'rounds', 'of', asset.id],
    queryFn: () => answered(api.GET('/api/v1/assets/ledger/{id}/rounds', { params: { path: { id: asset.id } } })),
  });
  const line = before.data?.items.find((one) => one.id === round.id);
  const changed = place.trim() !== asset.place || person.trim() !== asset.person;
  const mark = useMutation({
    mutationFn: () =>
      answered(
        api.POST('/api/v1/assets/rounds/{id}/seen', {
          params: { path: { id: round.id } },
          body: {
            asset: asset.id,
            ...(place.trim() === asset.place ? {} : { place: place.trim() }),
            ...(person.trim() === asset.person ? {} : { person: person.trim() }),
            ...(note.trim() === '' ? {} : { note: note.trim() }),
          },
        }),
      ),
    onSuccess: () => {
      onMarked(asset.name, changed);
    },
  });
  return (
    <form
      className={`${css['here'] ?? ''} ${css['big'] ?? ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        mark.mutate();
      }}
    >
      <div>
        <h2>{asset.name}</h2>
        <p className="sub">{[asset.inventory_number, [asset.vendor, asset.model].filter(Boolean).join(' '), asset.serial].filter(Boolean).join(' · ')}</p>
        {line?.seen_at && <p role="status">{t('already', { at: exact(Date.parse(line.seen_at), zone) })}</p>}
        {before.data && !line && <p role="status">{t('not_expected')}</p>}
      </div>
      <TextInput
        size="md"
        label={t('now_place')}
        maxLength={200}
        value={place}
        onChange={(event) => {
          setPlace(event.currentTarget.value);
        }}
      />
      <TextInput
        size="md"
        label={t('now_person')}
        maxLength={200}
        value={person}
        onChange={(event) => {
          setPerson(event.currentTarget.value);
        }}
      />
      <Textarea
        size="md"
        label={t('note')}
        autosize
        minRows={1}
        maxLength={1000}
        value={note}
        onChange={(event) => {
          setNote(event.currentTarget.value);
        }}
      />
      <Photos asset={asset.id} name={asset.name} />
      {mark.error && <Failed error={mark.error} />}
      <Acts>
        <Button main type="submit" busy={mark.isPending}>
          {t('mark')}
        </Button>
        <Button onClick={onCancel}>{t('cancel')}</Button>
      </Acts>
    </form>
  );
}

/** What somebody stands before: confirmed as it is in the ledger, or with another place or user. */
export function Here({ asset, ...props }: Props & { asset: string }): ReactNode {
  const query = useQuery({
    queryKey: ['assets', 'one', asset],
    queryFn: () => answered(api.GET('/api/v1/assets/ledger/{id}', { params: { path: { id: asset } } })),
  });
  return (
    <Await query={query} lines={8}>
      {(found) => <Form key={found.etag} asset={found} {...props} />}
    </Await>
  );
}
