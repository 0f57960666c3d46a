import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Copyable } from '@shell/ui/copyable';
import { FilePick } from '@shell/ui/file-pick';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { Bar } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { handIn } from './upload';

/** A package file is chosen, sent with its progress shown, and what came of it is said. */
export function UploadPanel({ onClose }: { onClose: () => void }): ReactNode {
  const t = useWords('distribution');
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [sha256, setSha256] = useState('');
  const [note, setNote] = useState('');
  const [percent, setPercent] = useState(0);
  const send = useMutation({
    mutationFn: (chosen: File) => handIn(chosen, { sha256: sha256.trim(), note: note.trim() }, setPercent),
    onSuccess: async () => {
      setFile(null);
      setSha256('');
      setNote('');
      await client.invalidateQueries({ queryKey: ['distribution', 'items'] });
    },
  });
  const sending = percent < 100 ? t('upload.sending', { percent }) : t('upload.checking');
  return (
    <SidePanel label={t('upload.title')} title={t('upload.title')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setPercent(0);
          if (file) send.mutate(file);
        }}
      >
        <Fields>
          <FilePick
            label={t('upload.file')}
            none={t('upload.none')}
            accept=".deb,.rpm"
            file={file}
            onPick={(chosen) => {
              setFile(chosen);
              send.reset();
            }}
          />
          <TextInput
            label={t('upload.sha256')}
            description={t('upload.sha256_hint')}
            maxLength={64}
            value={sha256}
            onChange={(event) => {
              setSha256(event.currentTarget.value);
            }}
          />
          <TextInput
            label={t('upload.note')}
            maxLength={1000}
            value={note}
            onChange={(event) => {
              setNote(event.currentTarget.value);
            }}
          />
          {send.isPending && <Bar share={percent / 100} label={sending} />}
          <p role="status" className="sm sub">
            {send.isPending ? sending : send.data ? t('upload.done', { name: send.data.name, version: send.data.version }) : ''}
          </p>
          {send.data && <Copyable label={t('upload.hash')} text={send.data.sha256} />}
          {send.error && <Failed error={send.error} />}
          <Acts>
            <Button main type="submit" busy={send.isPending} disabled={!file}>
              {t('upload.send')}
            </Button>
          </Acts>
        </Fields>
      </form>
    </SidePanel>
  );
}
