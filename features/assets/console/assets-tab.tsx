import type { Assets, EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { bytes } from '@shell/ui/bytes';
import { Columns, Section } from '@shell/ui/section';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './assets.module.css';
import { Space } from './machine';
import { WithAssets } from './use-assets';

/** A small table of a handful of rows, all of them on the page. */
function Plain({ heads, rows }: { heads: string[]; rows: ReactNode[][] }): ReactNode {
  return (
    <table className={css['plain']}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>
            {row.map((cell, nth) => (
              <td key={nth}>{cell === '' || cell === null || cell === undefined ? <span className="dim">—</span> : cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Whole({ assets }: { assets: Assets }): ReactNode {
  const t = useWords('assets');
  const marks = useMarks();
  const { hardware, os } = assets;
  return (
    <Columns
      main={
        <>
          <Section title={t('network')}>
            <Plain
              heads={[t('name'), t('mac'), 'IPv4', 'IPv6', t('speed')]}
              rows={assets.network.map((one) => [
                one.up ? one.name : marks.noted(one.name, t('down')),
                one.mac,
                one.ipv4.join(', '),
                one.ipv6.join(', '),
                one.speed_mbps ? `${String(one.speed_mbps)} Mbps` : '',
              ])}
            />
          </Section>
          <Section title={t('disk')}>
            <Plain
              heads={[t('name'), t('model'), t('serial'), t('size'), t('removable')]}
              rows={assets.disks.map((disk) => [disk.name, disk.model, disk.serial, bytes(disk.size_bytes), t(disk.removable ? 'yes' : 'no')])}
            />
          </Section>
          <Section title={t('volumes')}>
            <Plain
              heads={[t('mount'), t('filesystem'), t('encryption')]}
              rows={assets.volumes.map((volume) => [
                <Space key="space" volume={volume} />,
                volume.filesystem,
                typeof volume.encrypted === 'boolean' ? t(volume.encrypted ? 'encrypted' : 'not_encrypted') : t('unknown'),
              ])}
            />
          </Section>
          <Section title={t('users')}>
            <Plain heads={[t('name'), 'ID']} rows={assets.users.map((user) => [user.name, user.id])} />
          </Section>
        </>
      }
      side={
        <>
          <Section title={t('hardware')}>
            <KeyValues
              facts={[
                { label: t('vendor'), value: hardware.vendor },
                { label: t('model'), value: hardware.model },
                { label: t('serial'), value: hardware.serial },
                { label: t('firmware'), value: hardware.firmware },
                { label: t('cpu'), value: hardware.cpu.model },
                { label: t('core'), value: t('cores', { cores: hardware.cpu.cores, threads: hardware.cpu.threads }) },
                { label: t('memory'), value: bytes(hardware.memory_bytes) },
                { label: t('virtual'), value: hardware.virtual_machine ?? t('physical') },
              ]}
            />
          </Section>
          <Section title="OS">
            <KeyValues
              facts={[
                { label: t('name'), value: os.name },
                { label: t('version'), value: os.version },
                { label: t('kernel'), value: os.kernel },
                { label: t('architecture'), value: os.architecture },
                { label: t('installed'), value: <ExactTime at={os.installed_at} /> },
                { label: t('boot'), value: <ExactTime at={os.boot_at} /> },
                { label: t('zone'), value: os.time_zone },
                { label: t('collected'), value: <ExactTime at={assets.collected_at} /> },
              ]}
            />
          </Section>
        </>
      }
    />
  );
}

export default function AssetsTab({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  return (
    <WithAssets endpoint={endpoint.id} lines={14}>
      {(assets) => <Whole assets={assets} />}
    </WithAssets>
  );
}
