import type { EndpointAssets, EndpointDetail, Software } from '@shell/api/schema';
import { before, day, hour, minute } from '@shell/mock/day';
import { chance, type Chance } from '@shell/mock/random';
import { extensionsOf, partsOf } from './machine-mock';

const models: [string, string, string][] = [
  ['Dynabook', 'dynabook B65/HU', '12th Gen Intel Core i5-1235U'],
  ['富士通', 'LIFEBOOK U9313', '13th Gen Intel Core i5-1335U'],
  ['NEC', 'VersaPro VKT44', 'Intel Core i7-1355U'],
  ['HP', 'ProBook 450 G10', '13th Gen Intel Core i5-1334U'],
];

const office: [string, string, string, number][] = [
  ['Microsoft 365 Apps for business', '16.0.19328.20178', 'Microsoft Corporation', 4200],
  ['Microsoft Edge', '142.0.3595.65', 'Microsoft Corporation', 780],
  ['Google Chrome', '142.0.7444.60', 'Google LLC', 640],
  ['Adobe Acrobat (64-bit)', '25.001.20844', 'Adobe', 1190],
  ['7-Zip 25.01 (x64)', '25.01', 'Igor Pavlov', 6],
  ['弥生会計 26', '32.1.1', '弥生株式会社', 950],
  ['秀丸エディタ', '9.46', '有限会社サイトー企画', 8],
  ['Zoom Workplace', '6.6.4', 'Zoom Communications, Inc.', 310],
  ['サクラエディタ', '2.4.2.6048', 'Sakura Editor Project', 14],
  ['Cisco Secure Client', '5.1.10.233', 'Cisco Systems, Inc.', 96],
  ['AutoCAD LT 2026', '31.1.123.0', 'Autodesk, Inc.', 3100],
  ['DocuWorks 9.1', '9.1.15', '富士フイルムビジネスイノベーション株式会社', 720],
  ['TeraPad', '1.11', '寺尾 進', 2],
  ['Lhaplus', '1.74', 'Schezo', 3],
  ['LINE WORKS', '4.2.0', 'LINE WORKS Corp.', 260],
];

const packages = ['bash', 'coreutils', 'openssl', 'curl', 'git', 'python3', 'vim', 'systemd', 'linux-image', 'libc6', 'firefox', 'libreoffice-core', 'openssh-server', 'cups', 'gnome-shell', 'zlib1g', 'tar', 'gzip', 'perl', 'sudo'];

function softwareOf(endpoint: EndpointDetail, dice: Chance): Software[] {
  if (endpoint.os === 'linux') {
    return Array.from({ length: 1240 }, (_, at): Software => {
      const stem = packages[at % packages.length] ?? 'lib';
      return {
        name: at < packages.length ? stem : `lib${stem}${String(Math.floor(at / packages.length))}`,
        version: `${String(dice.whole(0, 9))}.${String(dice.whole(0, 40))}.${String(dice.whole(0, 20))}-${String(dice.whole(1, 4))}ubuntu1`,
        publisher: 'Ubuntu Developers',
        source: 'dpkg',
        architecture: 'amd64',
        installed_at: before(dice.whole(1, 300) * day),
        size_bytes: dice.whole(20, 90_000) * 1024,
      };
    });
  }
  const named = office.map(([name, version, publisher, megabytes]): Software => ({
    name,
    version,
    publisher,
    source: endpoint.os === 'macos' ? 'pkg' : 'registry',
    architecture: 'x64',
    installed_at: before(dice.whole(2, 400) * day),
    size_bytes: megabytes * 1024 * 1024,
  }));
  const runtimes = Array.from({ length: 72 }, (_, at): Software => ({
    name: `Microsoft Visual C++ ${String(2008 + (at % 9) * 2)} Redistributable ${at % 2 === 0 ? '(x64)' : '(x86)'} - ${String(9 + at)}`,
    version: `${String(9 + (at % 6))}.0.${String(dice.whole(20_000, 40_000))}`,
    publisher: 'Microsoft Corporation',
    source: 'registry',
    architecture: at % 2 === 0 ? 'x64' : 'x86',
    installed_at: before(dice.whole(100, 900) * day),
    size_bytes: at % 5 === 0 ? null : dice.whole(8, 30) * 1024 * 1024,
  }));
  return [...named, ...runtimes];
}

/** The inventory of one made-up endpoint. */
export function assetsOf(endpoint: EndpointDetail): EndpointAssets {
  const seed = Number.parseInt(endpoint.id.slice(-4), 16);
  const dice = chance(seed);
  const [vendor, model, cpu] = dice.one(models);
  const size = dice.one([256, 512, 1024]) * 1024 ** 3;
  const memory = dice.one([8, 16, 16, 32]) * 1024 ** 3;
  const windows = endpoint.os === 'windows';
  // Drawn from dice of their own, so that the rest stays as it was.
  const more = chance(seed + 1);
  return {
    ...partsOf(endpoint, more, memory),
    endpoint: endpoint.id,
    hostname: endpoint.hostname,
    collected_at: before(dice.whole(8, 50) * minute),
    hardware: {
      vendor,
      model,
      serial: `ZK${String(dice.whole(100_000, 999_999))}H`,
      firmware: `${String(dice.whole(1, 3))}.${String(dice.whole(10, 60))}`,
      cpu: { model: cpu, cores: 10, threads: 12 },
      memory_bytes: memory,
      virtual_machine: null,
      uuid: `4c4c4544-0042-3510-8051-b7c04f33${endpoint.id.slice(-4)}`,
      asset_tag: `情シス-${String(more.whole(100, 999))}`,
      chassis: 'laptop',
    },
    os: {
      name: endpoint.os_name,
      version: windows ? '26100.6899' : endpoint.os === 'macos' ? '25B78' : '6.8',
      kernel: windows ? '10.0.26100' : endpoint.os === 'macos' ? 'Darwin 25.1.0' : '6.8.0-86-generic',
      architecture: endpoint.os === 'macos' ? 'arm64' : 'x86_64',
      installed_at: before(dice.whole(60, 500) * day),
      boot_at: before(dice.whole(1, 60) * hour),
      time_zone: 'Asia/Tokyo',
      hostname: endpoint.hostname,
    },
    network: [
      { name: windows ? 'イーサネット' : 'enp0s31f6', mac: `74:5d:22:${dice.whole(16, 255).toString(16)}:${dice.whole(16, 255).toString(16)}:0a`, ipv4: endpoint.ip ? [endpoint.ip] : [], ipv6: ['fe80::765d:22ff:fe1a:310a'], up: true, speed_mbps: 1000 },
      { name: windows ? 'Wi-Fi' : 'wlp0s20f3', mac: `a0:29:42:${dice.whole(16, 255).toString(16)}:1b:77`, ipv4: [], ipv6: [], up: false, speed_mbps: null },
    ],
    disks: [{ name: windows ? 'PhysicalDrive0' : 'nvme0n1', model: 'KIOXIA KBG50ZNV512G', serial: `Y2${String(dice.whole(10_000, 99_999))}`, size_bytes: size, removable: false, health: { failing: false, used_percent: more.whole(1, 40), celsius: more.whole(29, 47), hours: more.whole(400, 9000) } }],
    volumes: windows
      ? [
          { mount: 'C:', filesystem: 'NTFS', size_bytes: size * 0.8, free_bytes: size * 0.8 * (0.1 + dice.next() * 0.6), encrypted: dice.often(0.92) },
          { mount: 'D:', filesystem: 'NTFS', size_bytes: size * 0.2, free_bytes: size * 0.2 * dice.next(), encrypted: dice.often(0.9) },
        ]
      : [{ mount: '/', filesystem: endpoint.os === 'macos' ? 'apfs' : 'ext4', size_bytes: size, free_bytes: size * (0.2 + dice.next() * 0.5), encrypted: endpoint.os === 'macos' ? true : null }],
    software: [...softwareOf(endpoint, dice), ...extensionsOf(endpoint, more)],
    users: [
      { name: endpoint.primary_user?.name ?? 'user', id: windows ? 'S-1-5-21-3623811015-3361044348-30300820-1013' : '1000' },
      { name: windows ? 'Administrator' : 'root', id: windows ? 'S-1-5-21-3623811015-3361044348-30300820-500' : '0' },
    ],
  };
}
