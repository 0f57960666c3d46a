import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useCan, usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { IconButton } from '@shell/ui/button';
import { Icon } from '@shell/ui/icons';
import { Failed } from '@shell/ui/states';
import { useId, useState, type ReactNode } from 'react';
import { smaller } from './smaller';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

/** Most photos of one asset. */
const most = 5;

// The description can only say that the body is text; the picture's own bytes are sent.
const sent = (picture: Blob): { body: string; bodySerializer: () => Blob; headers: Record<string, string> } => ({
  body: '',
  bodySerializer: () => picture,
  headers: { 'content-type': 'application/octet-stream' },
});

/** The photos of an asset, with what adds and removes them. */
export function Photos({ asset, name }: { asset: string; name: string }): ReactNode {
  const t = useStockWords();
  const place = usePlace();
  const field = useId();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const key = ['assets', 'photos', asset];
  const path = { id: asset };
  const [unreadable, setUnreadable] = useState(false);
  const query = useQuery({ queryKey: key, queryFn: () => answered(api.GET('/api/v1/assets/ledger/{id}/photos', { params: { path } })) });
  const settle = (): Promise<void> => client.invalidateQueries({ queryKey: key });
  const add = useMutation({
    mutationFn: (picture: Blob) => answered(api.POST('/api/v1/assets/ledger/{id}/photos', { params: { path }, ...sent(picture) })),
    onSettled: settle,
  });
  const remove = useMutation({
    mutationFn: (photo: string) => answered(api.DELETE('/api/v1/assets/ledger/{id}/photos/{photo}', { params: { path: { id: asset, photo } } })),
    onSettled: settle,
  });
  const take = async (file: File): Promise<void> => {
    setUnreadable(false);
    try {
      add.mutate(await smaller(file));
    } catch {
      setUnreadable(true);
    }
  };
  const photos = query.data?.items ?? [];
  const error = query.error ?? add.error ?? remove.error;
  return (
    <>
      {photos.length > 0 ? (
        <ul className={css['photos']}>
          {photos.map((photo) => {
            const address = `/api/v1/assets/ledger/${asset}/photos/${photo.id}`;
            return (
              <li key={photo.id}>
                <a href={address} target="_blank" rel="noreferrer">
                  <img src={address} alt={t('photos.alt', { name, at: exact(Date.parse(photo.added_at), place) })} loading="lazy" />
                </a>
                {mayWrite && (
                  <IconButton
                    name="close"
                    label={t('photos.remove')}
                    onClick={() => {
                      remove.mutate(photo.id);
                    }}
                  />
                )}
              </li>
            );
          })}
        </ul>
      ) : (
        !query.isPending && <p className="sub">{t('photos.none')}</p>
      )}
      {mayWrite &&
        (photos.length >= most ? (
          <p className="sm sub">{t('photos.full')}</p>
        ) : (
          <>
            <input
              id={field}
              className={`sr ${css['field'] ?? ''}`}
              type="file"
              accept="image/jpeg,image/png,image/webp"
              capture="environment"
              disabled={add.isPending}
              onChange={(event) => {
                const chosen = event.currentTarget.files?.[0];
                event.currentTarget.value = '';
                if (chosen) void take(chosen);
              }}
            />
            <label htmlFor={field} className={css['choose']} aria-busy={add.isPending}>
              <Icon name="plus" />
              {t('photos.add')}
            </label>
            <p className="sm sub">{t('photos.note')}</p>
          </>
        ))}
      {unreadable && <p role="alert">{t('photos.unreadable')}</p>}
      {error && <Failed error={error} />}
    </>
  );
}
