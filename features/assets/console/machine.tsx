import type { Assets, EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { bytes } from '@shell/ui/bytes';
import { Section } from '@shell/ui/section';
import { RelativeTime } from '@shell/ui/time';
import { Bar, KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './assets.module.css';
import { WithAssets, useAssets } from './use-assets';

export function Space({ volume }: { volume: Assets['volumes'][number] }): ReactNode {
  const t = useWords('assets');
  const share = volume.size_bytes === 0 ? 0 : 1 - volume.free_bytes / volume.size_bytes;
  const words = t('free', {
    mount: volume.mount,
    size: bytes(volume.size_bytes),
    free: bytes(volume.free_bytes),
    percent: Math.round((1 - share) * 100),
  });
  return (
    <div className={css['space']}>
      <span>{words}</span>
      <Bar share={share} label={words} />
    </div>
  );
}

function Facts({ assets }: { assets: Assets }): ReactNode {
  const t = useWords('assets');
  const marks = useMarks();
  const { hardware, os, network, volumes } = assets;
  const encrypted = volumes.filter((volume) => typeof volume.encrypted === 'boolean');
  return (
    <KeyValues
      facts={[
        { label: t('model'), value: [hardware.vendor, hardware.model].filter(Boolean).join(' ') },
        { label: t('serial'), value: hardware.serial },
        { label: t('cpu'), value: `${hardware.cpu.model} ${t('cores', { cores: hardware.cpu.cores, threads: hardware.cpu.threads })}` },
        { label: t('memory'), value: bytes(hardware.memory_bytes) },
        { label: t('disk'), value: volumes.slice(0, 3).map((volume) => <Space key={volume.mount} volume={volume} />) },
        {
          label: t('encryption'),
          value:
            encrypted.length === 0
              ? null
              : encrypted.every((volume) => volume.encrypted)
                ? t('encrypted_all')
                : t('encrypted_some', { mounts: marks.list(encrypted.filter((volume) => !volume.encrypted).map((volume) => volume.mount)) }),
        },
        { label: t('os'), value: `${os.name} ${os.version}` },
        {
          label: t('network'),
          value: network
            .filter((one) => one.up)
            .flatMap((one) => one.ipv4)
            .join(', '),
        },
        { label: t('boot'), value: <RelativeTime at={os.boot_at} /> },
      ]}
    />
  );
}

/** What this machine is, for the side of its first page. */
export default function Machine({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('assets');
  const { data } = useAssets(endpoint.id);
  return (
    <Section
      title={t('machine')}
      note={
        data ? (
          <>
            {t('collected')} <RelativeTime at={data.collected_at} />
          </>
        ) : undefined
      }
    >
      <WithAssets endpoint={endpoint.id} lines={9}>
        {(assets) => <Facts assets={assets} />}
      </WithAssets>
    </Section>
  );
}
