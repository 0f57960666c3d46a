import type { Assets, EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { bytes } from '@shell/ui/bytes';
import { Columns, Section } from '@shell/ui/section';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, type Fact } from '@shell/ui/words';
import { Fragment, type ReactNode } from 'react';
import { Space } from './machine';
import { Parts, useHealth } from './machine-hardware';
import { useNamed, usePartsWords } from './machine-parts-words';
import { Plain } from './machine-plain';
import { Administrators, Ports, Protection, Services, Updates } from './machine-system';
import { WithAssets } from './use-assets';

function Whole({ assets }: { assets: Assets }): ReactNode {
  const t = useWords('assets');
  const own = usePartsWords();
  const named = useNamed();
  const health = useHealth();
  const marks = useMarks();
  const { hardware, os } = assets;
  // Other systems and earlier agents do not tell these: a dash would say that the machine has none.
  const told = (label: string, value: string | null | undefined): Fact[] => (value ? [{ label, value }] : []);
  return (
    <Columns
      main={
        <>
          <Updates assets={assets} />
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
              rows={assets.disks.map((disk) => [
                disk.name,
                <Fragment key="model">
                  {disk.model ?? <span className="dim">—</span>}
                  {disk.health && <div className="dim">{health(disk)}</div>}
                </Fragment>,
                disk.serial,
                <span key="size" className="nw">
                  {bytes(disk.size_bytes)}
                </span>,
                t(disk.removable ? 'yes' : 'no'),
              ])}
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
          <Administrators assets={assets} />
          <Ports assets={assets} />
          <Services assets={assets} />
        </>
      }
      side={
        <>
          <Section title={t('hardware')}>
            <KeyValues
              facts={[
                { label: t('vendor'), value: hardware.vendor },
                { label: t('model'), value: hardware.model },
                ...told(own('form'), hardware.chassis && named('chassis', hardware.chassis)),
                { label: t('serial'), value: hardware.serial },
                ...told(own('asset_tag'), hardware.asset_tag),
                ...told(own('uuid'), hardware.uuid),
                { label: t('firmware'), value: hardware.firmware },
                { label: t('cpu'), value: hardware.cpu.model },
                { label: t('core'), value: t('cores', { cores: hardware.cpu.cores, threads: hardware.cpu.threads }) },
                { label: t('memory'), value: bytes(hardware.memory_bytes) },
                { label: t('virtual'), value: hardware.virtual_machine ?? t('physical') },
              ]}
            />
          </Section>
          <Protection assets={assets} />
          <Section title="OS">
            <KeyValues
              facts={[
                { label: t('name'), value: os.name },
                { label: t('version'), value: os.version },
                ...told(own('build'), os.build),
                ...told(own('hostname'), os.hostname),
                { label: t('kernel'), value: os.kernel },
                { label: t('architecture'), value: os.architecture },
                { label: t('installed'), value: <ExactTime at={os.installed_at} /> },
                { label: t('boot'), value: <ExactTime at={os.boot_at} /> },
                { label: t('zone'), value: os.time_zone },
                { label: t('collected'), value: <ExactTime at={assets.collected_at} /> },
              ]}
            />
          </Section>
          <Parts assets={assets} />
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
