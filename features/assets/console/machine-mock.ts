import type { Assets, EndpointDetail, Software } from '@shell/api/schema';
import { before, day, hour } from '@shell/mock/day';
import type { Chance } from '@shell/mock/random';

const displays = [
  ['EIZO', 'EV2456'],
  ['I-O DATA', 'LCD-CF241'],
  ['iiyama', 'XUB2792HSU'],
  ['Dell', 'P2423D'],
] as const;

const extensions = [
  ['uBlock Origin', '1.66.4', 'cjpalhdlnbpafiamejdnhcphjbkeiagm'],
  ['Google Docs Offline', '1.94.1', 'ghbmnnjooekpmoecnnnilnnbdlolhkhi'],
  ['Adobe Acrobat: PDF編集、変換、署名ツール', '25.10.1.0', 'efaidnbmnnnibpcajpcglclefindmkaj'],
  ['DeepL翻訳', '1.52.0', 'cofdbpoegempjloogbagkncekinflcnj'],
] as const;

/** Extensions of the browsers of whoever sits there. */
export function extensionsOf(endpoint: EndpointDetail, dice: Chance): Software[] {
  const linux = endpoint.os === 'linux';
  return extensions
    .filter(() => dice.often(0.7))
    .map(([name, version, id]): Software => ({
      name,
      version,
      publisher: null,
      source: linux ? 'firefox' : 'chromium',
      architecture: null,
      installed_at: before(dice.whole(5, 200) * day),
      size_bytes: null,
      id,
      account: endpoint.primary_user?.name ?? 'user',
      browser: linux ? 'Firefox' : 'Google Chrome',
    }));
}

const services: Record<'linux' | 'windows', [string, string, string, boolean][]> = {
  linux: [
    ['ssh', 'OpenBSD Secure Shell server', 'enabled', true],
    ['cups', 'CUPS Scheduler', 'enabled', true],
    ['NetworkManager', 'Network Manager', 'enabled', true],
    ['clamav-daemon', 'Clam AntiVirus userspace daemon', 'enabled', true],
    ['bluetooth', 'Bluetooth service', 'enabled', true],
    ['unattended-upgrades', 'Unattended Upgrades Shutdown', 'enabled', true],
    ['rsync', 'fast remote file copy program daemon', 'disabled', false],
    ['nftables', 'nftables', 'disabled', false],
    ['avahi-daemon', 'Avahi mDNS/DNS-SD Stack', 'masked', false],
  ],
  windows: [
    ['WinDefend', 'Microsoft Defender ウイルス対策サービス', 'enabled', true],
    ['Spooler', '印刷スプーラー', 'enabled', true],
    ['LanmanServer', 'サーバー', 'enabled', true],
    ['BITS', 'バックグラウンド インテリジェント転送サービス', 'disabled', true],
    ['wuauserv', 'Windows Update', 'disabled', true],
    ['RemoteRegistry', 'リモート レジストリ', 'masked', false],
    ['Fax', 'FAX', 'disabled', false],
  ],
};

function updatesOf(windows: boolean, dice: Chance): NonNullable<Assets['updates']> {
  const named = windows
    ? [
        { name: '2026-11 x64 ベース システム用 Windows 11 Version 24H2 の累積更新プログラム (KB5068861)', installed: '26100.6899', available: '26100.7171', security: true },
        { name: 'Windows 用 .NET Framework 3.5 および 4.8.1 の累積更新プログラム (KB5066131)', installed: '4.8.9310.0', available: '4.8.9320.0', security: false },
      ]
    : [
        { name: 'openssl', installed: '3.0.13-0ubuntu3.5', available: '3.0.13-0ubuntu3.6', security: true },
        { name: 'libssl3t64', installed: '3.0.13-0ubuntu3.5', available: '3.0.13-0ubuntu3.6', security: true },
        { name: 'vim', installed: '2:9.1.0016-1ubuntu7.8', available: '2:9.1.0016-1ubuntu7.9', security: true },
        { name: 'tzdata', installed: '2025b-0ubuntu0.24.04', available: '2025b-0ubuntu0.24.04.1', security: false },
        { name: 'linux-image-generic', installed: '6.8.0-86.87', available: '6.8.0-87.88', security: true },
      ];
  const packages = named.filter(() => dice.often(0.6));
  return {
    source: windows ? 'windows' : 'apt',
    lists_at: before(dice.whole(2, 30) * hour),
    count: packages.length,
    security: packages.filter((one) => one.security).length,
    restart: dice.often(0.2),
    packages,
  };
}

/** What a machine tells beside its name plate, for the systems whose agents tell it. */
export function partsOf(endpoint: EndpointDetail, dice: Chance, memoryBytes: number): Partial<Assets> {
  if (endpoint.os !== 'windows' && endpoint.os !== 'linux') return {};
  const windows = endpoint.os === 'windows';
  const person = endpoint.primary_user?.name ?? 'user';
  const modules = memoryBytes > 8 * 1024 ** 3 ? 2 : 1;
  const [maker, model] = dice.one(displays);
  const design = dice.one([45_000, 53_000, 57_000]);
  return {
    memory: Array.from({ length: modules }, (_, at) => ({
      slot: `DIMM ${String.fromCharCode(65 + at)}`,
      bytes: memoryBytes / modules,
      kind: 'DDR4',
      speed_mts: 3200,
      maker: 'Samsung',
      part: 'M471A1K43EB1-CWE',
      serial: dice.whole(0x1000_0000, 0x7fff_ffff).toString(16).toUpperCase(),
    })),
    displays: dice.often(0.7) ? [{ connector: windows ? 'DISPLAY1' : 'DP-1', maker, model, serial: String(dice.whole(10_000_000, 99_999_999)), year: dice.whole(2019, 2025) }] : [],
    batteries: [{ name: 'BAT0', maker: 'SMP', model: '5B10W51867', design_mwh: design, full_mwh: Math.round(design * (0.62 + dice.next() * 0.36)), cycles: dice.whole(20, 610) }],
    usb: [
      { vendor_id: '046d', product_id: 'c52b', vendor: 'Logitech', product: 'USB Receiver' },
      { vendor_id: '056e', product_id: '00f8', vendor: 'ELECOM', product: 'USB Keyboard' },
    ],
    printers: [{ name: 'sales2f', info: '営業部2階 複合機', location: '本社2階 北側', model: 'RICOH IM C3000', uri: 'ipp://prt-2f.minato-seiki.example/ipp/print', default: true }],
    services: services[windows ? 'windows' : 'linux'].map(([name, description, start, running]) => ({ name, description, start, running })),
    ports: windows
      ? [
          { protocol: 'tcp', address: '0.0.0.0', port: 135, program: 'C:\\Windows\\System32\\svchost.exe' },
          { protocol: 'tcp', address: '0.0.0.0', port: 445, program: 'System' },
          { protocol: 'udp', address: '0.0.0.0', port: 5353, program: 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe' },
        ]
      : [
          { protocol: 'tcp', address: '0.0.0.0', port: 22, program: '/usr/sbin/sshd', package: 'openssh-server' },
          { protocol: 'tcp', address: '127.0.0.1', port: 631, program: '/usr/sbin/cupsd', package: 'cups-daemon' },
          { protocol: 'udp', address: '0.0.0.0', port: 5353, program: '/usr/sbin/avahi-daemon', package: 'avahi-daemon' },
        ],
    administrators: windows
      ? [{ name: 'Administrator', id: 'S-1-5-21-3623811015-3361044348-30300820-500', through: ['Administrators'] }, ...(dice.often(0.15) ? [{ name: person, id: 'S-1-5-21-3623811015-3361044348-30300820-1013', through: ['Administrators'] }] : [])]
      : [
          { name: 'root', id: '0', through: ['uid 0'] },
          { name: person, id: '1000', through: ['sudo'] },
        ],
    protection: windows
      ? [
          { kind: 'antivirus', name: 'Microsoft Defender', version: '4.18.25100.9008', active: true, signatures_at: before(dice.whole(1, 20) * hour) },
          { kind: 'firewall', name: 'Windows Defender ファイアウォール', active: dice.often(0.95) },
        ]
      : [
          { kind: 'antivirus', name: 'ClamAV', version: '1.0.9', active: true, signatures_at: before(dice.whole(1, 20) * hour) },
          { kind: 'firewall', name: 'ufw', active: dice.often(0.8) },
        ],
    updates: updatesOf(windows, dice),
  };
}
