import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Imported } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { FilePick } from '@shell/ui/file-pick';
import { Button, LinkButton } from '@shell/ui/button';
import { Copyable } from '@shell/ui/copyable';
import { PageHead } from '@shell/ui/page';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { KeyValues, Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import css from './import.module.css';

function send(file: Blob, dry_run: boolean): Promise<Imported> {
  return answered(
    api.POST('/api/v1/people/import', {
      params: { query: { dry_run } },
      // The description can only say that the body is text; the file's own bytes are sent, in its own encoding.
      body: '',
      bodySerializer: () => file,
      headers: { 'content-type': 'text/csv' },
    }),
  );
}

/** What the file would change, and each row that cannot be read, by its line. */
function Report({ report }: { report: Imported }): ReactNode {
  const t = useWords('people');
  const loose = useLooseWords('people');
  return (
    <>
      <KeyValues
        facts={[
          { label: t('import.encoding'), value: report.encoding === 'cp932' ? 'Shift_JIS (CP932)' : 'UTF-8' },
          { label: t('import.rows'), value: report.rows },
          { label: t('import.created'), value: report.created },
          { label: t('import.updated'), value: report.updated },
          { label: t('import.unchanged'), value: report.unchanged },
          { label: t('import.bad'), value: report.errors.length },
        ]}
      />
      {report.errors.length > 0 && (
        <table className={css['bad']} aria-label={t('import.bad')}>
          <thead>
            <tr>
              <th scope="col">{t('import.line')}</th>
              <th scope="col">{t('import.column')}</th>
              <th scope="col">{t('import.why')}</th>
              <th scope="col">{t('import.value')}</th>
            </tr>
          </thead>
          <tbody>
            {report.errors.map((error) => (
              <tr key={`${String(error.line)} ${error.column ?? ''}`}>
                <td>{t('import.line_at', { line: error.line })}</td>
                <td>{error.column ? loose(`import.field.${error.column}`, error.column) : '—'}</td>
                <td>{loose(`import.code.${error.code}`, error.code)}</td>
                <td>{error.value || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

export default function ImportPeople(): ReactNode {
  const t = useWords('people');
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const look = useMutation({ mutationFn: (one: File) => send(one, true) });
  const apply = useMutation({
    mutationFn: (one: File) => send(one, false),
    onSuccess: () => client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith('people') }),
  });
  const report = apply.data ?? look.data;
  const good = report ? report.created + report.updated : 0;
  return (
    <>
      <PageHead room="people" title="people:import.title" lead={t('import.lead')} />
      <Columns
        main={
          <>
            <Section title={t('import.choose')}>
              <FilePick
                label={t('import.file')}
                none={t('import.no_file')}
                accept=".csv,text/csv"
                file={file}
                onPick={(chosen) => {
                  setFile(chosen);
                  apply.reset();
                  look.mutate(chosen);
                }}
              />
            </Section>
            {look.error && <Failed error={look.error} />}
            {report && (
              <Section title={t(apply.data ? 'import.result' : 'import.preview')} note={file?.name}>
                <Report report={report} />
                <br />
                {apply.data ? (
                  <Remark title={t('import.applied', { count: good })}>
                    <LinkButton to="/people">{t('title')}</LinkButton>
                  </Remark>
                ) : (
                  <Acts>
                    <Button
                      main
                      busy={apply.isPending}
                      disabled={good === 0 || report.errors.length > 0}
                      onClick={() => {
                        if (file) apply.mutate(file);
                      }}
                    >
                      {t('import.apply', { count: good })}
                    </Button>
                    {report.errors.length > 0 && <span className="sm sub">{t('import.blocked', { count: report.errors.length })}</span>}
                  </Acts>
                )}
                {apply.error && <Failed error={apply.error} />}
              </Section>
            )}
          </>
        }
        side={
          <Section title={t('import.format')}>
            <p className="sm sub">{t('import.format_hint')}</p>
            <Copyable label={t('import.format')} text={t('import.header')} />
          </Section>
        }
      />
    </>
  );
}
