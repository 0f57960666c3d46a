import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { Button } from '@shell/ui/button';
import { Failed } from '@shell/ui/states';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { assetOf, canScan, scan } from './scan';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

function Camera({ onFound, onRefused }: { onFound: (asset: string) => void; onRefused: () => void }): ReactNode {
  const t = useStockWords();
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef({ onFound, onRefused });
  told.current = { onFound, onRefused };
  const [other, setOther] = useState(false);
  useEffect(() => {
    const picture = video.current;
    if (!picture) return;
    let gone = false;
    let stop = (): void => undefined;
    scan(picture, (text) => {
      const asset = assetOf(text);
      setOther(asset === null);
      if (asset !== null) told.current.onFound(asset);
    })
      .then((end) => {
        stop = end;
        if (gone) end();
      })
      .catch(() => {
        told.current.onRefused();
      });
    return () => {
      gone = true;
      stop();
    };
  }, []);
  return (
    <>
      {/* The camera's own picture, without sound. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <video ref={video} playsInline aria-label={t('scan')} />
      <p className="sm sub" role={other ? 'alert' : undefined}>
        {other ? t('not_ours') : t('scan_hint')}
      </p>
    </>
  );
}

/** Finds what somebody stands before: by the square on its label, or by a number that is typed. */
export function Find({ onFound }: { onFound: (asset: string) => void }): ReactNode {
  const t = useStockWords();
  const [looking, setLooking] = useState(false);
  const [refused, setRefused] = useState(false);
  const [number, setNumber] = useState('');
  const find = useMutation({
    mutationFn: async (number: string) => (await answered(api.GET('/api/v1/assets/ledger', { params: { query: { number, present: true, limit: 2 } } }))).items,
    onSuccess: ([first, ...more]) => {
      if (first && more.length === 0) onFound(first.id);
    },
  });
  const able = canScan();
  return (
    <div className={css['big']}>
      <div className={css['camera']}>
        {able && !refused && (
          <Button
            main={!looking}
            onClick={() => {
              setLooking(!looking);
            }}
          >
            {looking ? t('scan_stop') : t('scan')}
          </Button>
        )}
        {looking && !refused && (
          <Camera
            onFound={onFound}
            onRefused={() => {
              setRefused(true);
            }}
          />
        )}
        {refused ? <p role="alert">{t('camera_refused')}</p> : !able && <p className="sm sub">{t('no_camera')}</p>}
      </div>
      <form
        className={css['number']}
        onSubmit={(event) => {
          event.preventDefault();
          if (number.trim() !== '') find.mutate(number.trim());
        }}
      >
        <TextInput
          size="md"
          label={t('number')}
          autoComplete="off"
          autoCapitalize="off"
          enterKeyHint="search"
          value={number}
          onChange={(event) => {
            setNumber(event.currentTarget.value);
            find.reset();
          }}
        />
        <Button type="submit" busy={find.isPending}>
          {t('look')}
        </Button>
      </form>
      {find.error && <Failed error={find.error} />}
      {find.data?.length === 0 && <p role="alert">{t('unknown')}</p>}
      {(find.data?.length ?? 0) > 1 && <p role="alert">{t('several')}</p>}
    </div>
  );
}
