import { TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered } from '@shell/api/client';
import { Button } from '@shell/ui/button';
import { FilePick } from '@shell/ui/file-pick';
import { PlainTable } from '@shell/ui/plain-table';
import { Acts, Section } from '@shell/ui/section';
import { Await, Empty, Failed } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { Remark, StateWord } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { api, type Feed, type FeedImport } from './api';
import { number } from './number';
import { importStates, useFeedWords, wordOf } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

const importsKey = ['vulnerabilities', 'imports'] as const;
const lookEvery = 1_000;

// The description can only say that the body is text; the file's own bytes are sent.
const sent = (file: File): { body: string; bodySerializer: () => File; headers: Record<string, string> } => ({
  body: '',
  bodySerializer: () => file,
  headers: { 'content-type': 'application/octet-stream' },
});

function Faults({ of }: { of: FeedImport }): ReactNode {
  const t = useFeedWords();
  return (
    <PlainTable label={t('faults')} heads={[t('fault.at'), t('fault.what')]}>
        {of.faults.map((fault) => (
          <tr key={`${fault.at} ${fault.what}`}>
            <td>{fault.at}</td>
            <td>{fault.what}</td>
          </tr>
        ))}
    </PlainTable>
  );
}

/** An import under way or over: how far, what came of it, and why it failed. */
function Followed({ of, onAnother }: { of: FeedImport; onAnother: () => void }): ReactNode {
  const t = useFeedWords();
  const cancel = useChange(() => answered(api.POST('/api/v1/vulnerabilities/imports/{id}/cancel', { params: { path: { id: of.id } } })));
  const running = of.state === 'running';
  return (
    <>
      <div className={css['progress']} role="status" aria-busy={false}>
        <StateWord tone={of.state === 'failed' ? 'open' : running ? 'half' : of.state === 'done' ? 'on' : 'plain'}>{wordOf(importStates, of.state, (known) => t(`import_state.${known}`))}</StateWord>
        <span className="sm sub">{t('progress', { read: number(of.read), changed: number(of.changed) })}</span>
        {of.skipped > 0 && <span className="sm sub">{t('skipped_count', { count: number(of.skipped) })}</span>}
      </div>
      {of.state === 'failed' && <Remark title={of.failure}>{t('failure_kept')}</Remark>}
      {of.faults.length > 0 && <Faults of={of} />}
      {cancel.error && <Failed error={cancel.error} />}
      <Acts>
        {running ? (
          <Button
            busy={cancel.isPending}
            onClick={() => {
              cancel.mutate();
            }}
          >
            {t('cancel')}
          </Button>
        ) : (
          <Button onClick={onAnother}>{t('another')}</Button>
        )}
      </Acts>
    </>
  );
}

/** Imports of all feeds, the newest first; asked for again as long as one that `wanted` names is not over. */
function useImports(wanted: string | null): ReturnType<typeof useQuery<FeedImport[]>> {
  const client = useQueryClient();
  return useQuery({
    queryKey: importsKey,
    queryFn: async () => {
      const { items } = await answered(api.GET('/api/v1/vulnerabilities/imports'));
      const now = items.find((one) => one.id === wanted);
      if (now && now.state !== 'running') await client.invalidateQueries({ queryKey: ['vulnerabilities', 'feeds'] });
      return items;
    },
    refetchInterval: (query) => (query.state.data?.some((one) => one.state === 'running') || (wanted !== null && !query.state.data?.some((one) => one.id === wanted)) ? lookEvery : false),
  });
}

/** A file of the feed from this computer, for servers that cannot reach it. */
export function ImportFile({ feed }: { feed: Feed }): ReactNode {
  const t = useFeedWords();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [sha256, setSha256] = useState('');
  const [signature, setSignature] = useState('');
  const [wanted, setWanted] = useState<string | null>(null);
  const imports = useImports(wanted);
  const send = useMutation({
    mutationFn: (one: File) =>
      answered(api.POST('/api/v1/vulnerabilities/feeds/{id}/import', { params: { path: { id: feed.id }, query: { name: one.name, sha256: sha256.trim().toLowerCase() || undefined, signature: signature.trim() || undefined } }, ...sent(one) })),
    onSuccess: async ({ import_id }) => {
      setWanted(import_id);
      await client.invalidateQueries({ queryKey: importsKey });
    },
  });
  const own = imports.data?.filter((one) => one.feed === feed.id) ?? [];
  const followed = own.find((one) => one.id === wanted) ?? own.find((one) => one.state === 'running');
  const goodHash = sha256.trim() === '' || /^[0-9a-f]{64}$/i.test(sha256.trim());
  const ready = file !== null && goodHash && (feed.public_key === '' || signature.trim() !== '');
  return (
    <>
      <Section title={t('import')}>
        {followed ? (
          <Followed
            of={followed}
            onAnother={() => {
              setWanted(null);
              setFile(null);
              send.reset();
            }}
          />
        ) : (
          <form
            className={css['form']}
            onSubmit={(event) => {
              event.preventDefault();
              if (file && ready) send.mutate(file);
            }}
          >
            <p className="sm sub">{t('import_note')}</p>
            <div>
              <FilePick label={t('file')} none={t('no_file')} accept="" file={file} onPick={setFile} />
            </div>
            <TextInput
              label={t('sha256')}
              description={t('sha256_hint')}
              error={goodHash ? undefined : t('sha256_fault')}
              value={sha256}
              onChange={(event) => {
                setSha256(event.currentTarget.value);
              }}
            />
            {feed.public_key !== '' && (
              <Textarea
                label={t('signature')}
                description={t('signature_hint')}
                autosize
                minRows={2}
                value={signature}
                onChange={(event) => {
                  setSignature(event.currentTarget.value);
                }}
              />
            )}
            {send.error && <Failed error={send.error} />}
            <Acts>
              <Button type="submit" busy={send.isPending} disabled={!ready}>
                {t('begin')}
              </Button>
              {send.isPending && (
                <span className="sm sub" role="status">
                  {t('sending')}
                </span>
              )}
            </Acts>
          </form>
        )}
      </Section>
      <Section title={t('imports')}>
        <Await query={imports} lines={2}>
          {() =>
            own.length === 0 ? (
              <Empty>{t('imports_none')}</Empty>
            ) : (
              <ol className={css['lines']}>
                {own.slice(0, 10).map((one) => (
                  <li key={one.id}>
                    <RelativeTime at={one.started_at} />
                    <span>
                      <StateWord tone={one.state === 'failed' ? 'open' : one.state === 'running' ? 'half' : 'plain'}>{wordOf(importStates, one.state, (known) => t(`import_state.${known}`))}</StateWord>
                      <div className="sub">{t('imports_line', { by: one.by || t('by_server'), name: one.name, changed: number(one.changed) })}</div>
                      {one.failure && <div className="sub wrap">{one.failure}</div>}
                    </span>
                  </li>
                ))}
              </ol>
            )
          }
        </Await>
      </Section>
    </>
  );
}
