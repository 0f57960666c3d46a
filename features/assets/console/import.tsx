import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { ImportJob, ImportPreview } from '@shell/api/schema';
import { FilePick, lists } from '@shell/ui/file-pick';
import { Button } from '@shell/ui/button';
import { Copyable } from '@shell/ui/copyable';
import { PageHead } from '@shell/ui/page';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { BadRows, FileColumns } from './import-columns';
import { Job } from './import-job';
import { useImportWords } from './import-words';

// The description can only say that the body is text; the file's own bytes are sent, in its own encoding.
const sent = (file: File): { body: string; bodySerializer: () => File; headers: Record<string, string> } => ({
  body: '',
  bodySerializer: () => file,
  headers: { 'content-type': 'application/octet-stream' },
});

interface Asked {
  file: File;
  mapping?: string[];
}

function preview({ file, mapping }: Asked): Promise<ImportPreview> {
  const query = mapping ? { mapping: mapping.join(',') } : {};
  return answered(api.POST('/api/v1/assets/imports/preview', { params: { query }, ...sent(file) }));
}

function begin(file: File, mapping: string[]): Promise<ImportJob> {
  const query = { mapping: mapping.join(','), name: file.name };
  return answered(api.POST('/api/v1/assets/imports', { params: { query }, ...sent(file) }));
}

/** A list of assets from a file, in three steps: choose, check, import. */
export default function ImportAssets(): ReactNode {
  const t = useImportWords();
  const [file, setFile] = useState<File | null>(null);
  const look = useMutation({ mutationFn: preview });
  const apply = useMutation({
    mutationFn: ({ file: one, mapping }: Required<Asked>) => begin(one, mapping),
  });
  const seen = look.data;
  const mapping = seen?.columns.map((column) => column.target) ?? [];
  const keyed = mapping.includes('inventory_number');
  const again = (): void => {
    setFile(null);
    look.reset();
    apply.reset();
  };
  return (
    <>
      <PageHead room="assets" title="assets:import" lead={t('lead')} />
      <Columns
        main={
          apply.data ? (
            <Section title={t('steps.apply')} note={file?.name}>
              <Job id={apply.data.id} onAnother={again} />
            </Section>
          ) : (
            <>
              <Section title={t('steps.choose')}>
                <FilePick
                  label={t('file')}
                  none={t('no_file')}
                  accept={lists}
                  file={file}
                  onPick={(chosen) => {
                    setFile(chosen);
                    apply.reset();
                    look.mutate({ file: chosen });
                  }}
                />
              </Section>
              {look.error && <Failed error={look.error} />}
              {seen && file && (
                <>
                  <Section title={t('steps.columns')} note={file.name}>
                    <FileColumns
                      seen={seen}
                      onChange={(next) => {
                        look.mutate({ file, mapping: next });
                      }}
                    />
                  </Section>
                  {seen.bad.length > 0 && keyed && (
                    <Section title={t('bad_title')} note={t('bad_note', { count: seen.faults, shown: seen.bad.length })}>
                      <BadRows rows={seen.bad} />
                    </Section>
                  )}
                  <Section title={t('steps.apply')}>
                    {!keyed && <Remark>{t('no_key')}</Remark>}
                    <Acts>
                      <Button
                        main
                        busy={apply.isPending}
                        disabled={!keyed || seen.good === 0 || look.isPending}
                        onClick={() => {
                          apply.mutate({ file, mapping });
                        }}
                      >
                        {t('apply', { count: seen.good })}
                      </Button>
                      {keyed && seen.rows > seen.good && <span className="sm sub">{t('apply_bad', { count: seen.rows - seen.good })}</span>}
                    </Acts>
                    {apply.error && <Failed error={apply.error} />}
                  </Section>
                </>
              )}
            </>
          )
        }
        side={
          <Section title={t('titles_title')}>
            <p className="sm sub">{t('file_hint')}</p>
            <Copyable label={t('titles_title')} text="管理番号,機器名,種類,メーカー,型番,シリアル番号,MACアドレス,IPアドレス,利用者,設置場所,状態,リース満了日,保証期限,購入日,備考" />
            <p className="sm sub">
              <b>{t('dates_title')}</b> {t('dates')}
            </p>
          </Section>
        }
      />
    </>
  );
}
