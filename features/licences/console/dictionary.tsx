import { Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { DictionaryEntry, DictionaryPreview } from '@shell/api/schema';
import { useCan } from '@shell/session/session';
import { FilePick, lists } from '@shell/ui/file-pick';
import { Button } from '@shell/ui/button';
import { Copyable } from '@shell/ui/copyable';
import { PageHead } from '@shell/ui/page';
import { PlainTable } from '@shell/ui/plain-table';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Empty, Failed } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { ClassWord } from './class-word';
import { faults, useSoftwareWords, wordOf } from './own-words';

// The description can only say that the body is text; the file's own bytes are sent, in its own encoding.
const sent = (file: File): { body: string; bodySerializer: () => File; headers: Record<string, string> } => ({
  body: '',
  bodySerializer: () => file,
  headers: { 'content-type': 'application/octet-stream' },
});

function Bad({ seen }: { seen: DictionaryPreview }): ReactNode {
  const t = useSoftwareWords();
  return (
    <PlainTable label={t('dictionary.bad')} heads={(['line', 'column', 'why', 'value'] as const).map((one) => t(`dictionary.bad_column.${one}`))}>
        {seen.bad.map((row) => (
          <tr key={`${String(row.line)} ${row.code}`}>
            <td>{t('dictionary.line', { line: row.line })}</td>
            <td>{row.column ?? '—'}</td>
            <td>{wordOf(faults, row.code, (known) => t(`dictionary.code.${known}`))}</td>
            <td>{row.value || '—'}</td>
          </tr>
        ))}
    </PlainTable>
  );
}

function Import(): ReactNode {
  const t = useSoftwareWords();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [replace, setReplace] = useState(false);
  const look = useMutation({ mutationFn: (one: File) => answered(api.POST('/api/v1/licences/dictionary/preview', sent(one))) });
  const apply = useMutation({
    mutationFn: (one: File) => answered(api.POST('/api/v1/licences/dictionary', { params: { query: { replace } }, ...sent(one) })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['licences'] }),
  });
  const seen = look.data;
  const done = apply.data;
  const good = seen ? seen.created + seen.updated + seen.same : 0;
  if (done) {
    return (
      <Section title={t('dictionary.check')} note={file?.name}>
        <p role="status">{t('dictionary.done')}</p>
        <KeyValues
          facts={[
            { label: t('dictionary.created'), value: done.created },
            { label: t('dictionary.updated'), value: done.updated },
            { label: t('dictionary.removed'), value: done.removed },
            { label: t('dictionary.faults'), value: done.bad },
          ]}
        />
        <Acts>
          <Button
            onClick={() => {
              setFile(null);
              look.reset();
              apply.reset();
            }}
          >
            {t('dictionary.another')}
          </Button>
        </Acts>
      </Section>
    );
  }
  return (
    <>
      <Section title={t('dictionary.choose')}>
        <FilePick
          label={t('dictionary.file')}
          none={t('dictionary.no_file')}
          accept={lists}
          file={file}
          onPick={(chosen) => {
            setFile(chosen);
            apply.reset();
            look.mutate(chosen);
          }}
        />
      </Section>
      {look.error && <Failed error={look.error} />}
      {seen && file && (
        <Section title={t('dictionary.check')} note={file.name}>
          <KeyValues
            facts={[
              { label: t('dictionary.format'), value: t(`dictionary.formats.${seen.format}`) },
              { label: t('dictionary.created'), value: seen.created },
              { label: t('dictionary.updated'), value: seen.updated },
              { label: t('dictionary.same'), value: seen.same },
              { label: t('dictionary.faults'), value: seen.faults },
            ]}
          />
          {seen.bad.length > 0 && <Bad seen={seen} />}
          <Checkbox
            my="md"
            label={t('dictionary.replace')}
            checked={replace}
            onChange={(event) => {
              setReplace(event.currentTarget.checked);
            }}
          />
          <Acts>
            <Button
              main
              busy={apply.isPending}
              disabled={good === 0}
              onClick={() => {
                apply.mutate(file);
              }}
            >
              {t('dictionary.apply', { count: good })}
            </Button>
          </Acts>
          {apply.error && <Failed error={apply.error} />}
        </Section>
      )}
    </>
  );
}

type Row = DictionaryEntry & { id: string };

function Now(): ReactNode {
  const t = useSoftwareWords();
  const rows = useRows<Row>(['licences', 'dictionary'], async (cursor) => {
    const page = await answered(api.GET('/api/v1/licences/dictionary', { params: { query: { cursor } } }));
    return { ...page, items: page.items.map((one) => ({ ...one, id: `${one.product}|${one.vendor}` })) };
  });
  const columns: Column<Row>[] = [
    { id: 'product', header: t('dictionary.column.product'), width: '2fr', cell: (row) => <b>{row.product}</b> },
    { id: 'vendor', header: t('dictionary.column.vendor'), width: '1fr', cell: (row) => row.vendor },
    { id: 'class', header: t('dictionary.column.class'), width: 124, cell: (row) => <ClassWord word={row.class} /> },
    { id: 'note', header: t('dictionary.column.note'), width: '2fr', cell: (row) => row.note },
    { id: 'programs', header: t('dictionary.column.programs'), width: '2fr', chosen: false, cell: (row) => row.programs },
  ];
  return <DataTable id="dictionary" label={t('dictionary.now')} columns={columns} rows={rows} rowId={(row) => row.id} rowName={(row) => row.product} empty={<Empty>{t('dictionary.none')}</Empty>} />;
}

/** The organisation's dictionary: what it says, and a list from a file that becomes part of it. */
export default function Dictionary(): ReactNode {
  const t = useSoftwareWords();
  const mayWrite = useCan('assets.write');
  return (
    <>
      <PageHead
        room="assets"
        title="licences:dictionary"
        lead={t('dictionary.lead')}
        acts={
          <a className="t" href="/api/v1/licences/dictionary/export" download>
            {t('dictionary.export')}
          </a>
        }
      />
      <Columns
        main={
          <>
            {mayWrite && <Import />}
            <Section title={t('dictionary.now')}>
              <Now />
            </Section>
          </>
        }
        side={
          <Section title={t('dictionary.titles')}>
            <Copyable label={t('dictionary.titles')} text={t('dictionary.titles_text')} />
            <p className="sm sub">{t('dictionary.titles_note')}</p>
            <p className="sm sub">{t('dictionary.class_words')}</p>
            <p className="sm sub">{t('dictionary.pattern')}</p>
            <p className="sm sub">{t('dictionary.hint')}</p>
          </Section>
        }
      />
    </>
  );
}
