import { TextInput } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button } from './button';
import { Failed } from './states';
import { KeyValues } from './words';
import css from './confirm.module.css';

export interface Consequence {
  /** Whom it hits, in numbers. */
  hits: string;
  stops: string;
  stays: string;
  undo: string;
}

/**
 * An act that is hard to take back. It opens in place, says whom it hits, what stops, what stays and how to undo it,
 * asks for a reason and a typed word, and its button wakes last.
 */
export function ConfirmAct({
  act,
  word,
  consequence,
  withReason = true,
  onConfirm,
}: {
  act: string;
  /** The word to type; without one the reason alone wakes the button. */
  word?: string;
  consequence: Consequence;
  withReason?: boolean;
  onConfirm: (reason: string) => Promise<unknown>;
}): ReactNode {
  const t = useWords('shell');
  const id = useId();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const awake = (!withReason || reason.trim() !== '') && (word === undefined || typed.trim() === word);

  const run = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm(reason.trim());
      setOpen(false);
      setReason('');
      setTyped('');
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error(String(caught)));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={css['act']}>
      <button
        type="button"
        className={css['head']}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span>{act}…</span>
        <span className="sm dim">{consequence.hits}</span>
      </button>
      {open && (
        <form
          id={id}
          className={css['body']}
          onSubmit={(event) => {
            event.preventDefault();
            if (awake) void run();
          }}
        >
          <KeyValues
            facts={[
              { label: t('confirm.stops'), value: consequence.stops },
              { label: t('confirm.stays'), value: consequence.stays },
              { label: t('confirm.undo'), value: consequence.undo },
            ]}
          />
          {withReason && (
            <TextInput
              label={t('confirm.reason')}
              value={reason}
              onChange={(event) => {
                setReason(event.currentTarget.value);
              }}
            />
          )}
          {word !== undefined && (
            <TextInput
              label={t('confirm.type', { word })}
              value={typed}
              onChange={(event) => {
                setTyped(event.currentTarget.value);
              }}
            />
          )}
          {error && <Failed error={error} />}
          <div className={css['foot']}>
            <Button type="submit" disabled={!awake} busy={busy}>
              {act}
            </Button>
            {!awake && <span className="xs dim">{t('confirm.asleep')}</span>}
          </div>
        </form>
      )}
    </div>
  );
}
