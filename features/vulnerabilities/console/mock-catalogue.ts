import type { Evidence, Part, Severity, Standing, ToDo } from './api';

export type System = 'windows' | 'windows10' | 'ubuntu' | 'debian' | 'macos' | 'server' | 'appliance';

/** One thing that machines of the made-up office suffer from. Its place in the list is its bit in a machine's word. */
export interface Kind {
  /** Null for an update that the machine's own updater tells of without a number. */
  id: string | null;
  ja: string;
  en: string;
  subject: string;
  packages: string[];
  installed: string;
  fixed: string;
  part: Part;
  severity: Severity;
  score: number;
  epss: number;
  /** Days since it is known to be exploited. */
  exploited?: number;
  ransomware?: boolean;
  standing: Standing;
  evidence: Evidence[];
  feed: string;
  advisory: string;
  todo: ToDo;
  systems: System[];
  /** The share of the machines of these systems that have it. */
  share: number;
  /** It was found this many days ago, at the most. */
  age: number;
}

const common = { standing: 'open', feed: 'NVD', advisory: '', todo: 'update_package', exploited: undefined, ransomware: false } as const;
const both: System[] = ['windows', 'windows10', 'macos'];

function kind(more: Partial<Kind> & Pick<Kind, 'id' | 'ja' | 'en' | 'subject' | 'part' | 'severity' | 'score' | 'epss' | 'systems' | 'share' | 'age'>): Kind {
  const { exploited, ...rest } = { ...common, packages: [more.subject], installed: '', fixed: '', evidence: ['vendor' as const], ...more };
  return exploited === undefined ? rest : { ...rest, exploited };
}

/** Numbers of 2026 that nobody has given out: the office is made up, and so is what is wrong with it. */
export const catalogue: readonly Kind[] = [
  kind({ id: 'CVE-2026-90001', ja: 'PDF閲覧ソフトで、開いただけで任意のコードが実行される', en: 'Opening a document in the PDF reader can run any code', subject: 'Acrobat Reader', installed: '24.003.20112', fixed: '24.005.20320', part: 'third_party', severity: 'critical', score: 9.8, epss: 0.91, exploited: 9, ransomware: true, evidence: ['vendor'], feed: 'JVN iPedia', advisory: 'JVNDB-2026-900001', systems: both, share: 0.05, age: 12 }),
  kind({ id: 'CVE-2026-90002', ja: 'ブラウザーのV8で、型の取り違えによりメモリを壊される', en: 'Type confusion in the browser’s V8', subject: 'Google Chrome', installed: '141.0.7390.54', fixed: '142.0.7444.60', part: 'third_party', severity: 'high', score: 8.8, epss: 0.42, exploited: 4, systems: both, share: 0.08, age: 6 }),
  kind({ id: 'CVE-2026-90003', ja: 'ブラウザーで、サンドボックスを抜けられる', en: 'Escape from the browser’s sandbox', subject: 'Mozilla Firefox', installed: '143.0.1', fixed: '144.0', part: 'third_party', severity: 'high', score: 8.1, epss: 0.03, systems: ['windows', 'ubuntu', 'macos'], share: 0.04, age: 40 }),
  kind({ id: 'CVE-2026-90004', ja: '圧縮ソフトで、展開先のフォルダーの外に書き込まれる', en: 'The archiver writes outside of the folder it unpacks to', subject: '7-Zip', installed: '23.01', fixed: '25.00', part: 'third_party', severity: 'high', score: 7.8, epss: 0.11, evidence: ['guess'], systems: ['windows', 'windows10'], share: 0.06, age: 120 }),
  kind({ id: 'CVE-2026-90005', ja: 'OpenSSLで、証明書の検査を省かれる', en: 'OpenSSL can be made to skip a check of certificates', subject: 'openssl', packages: ['libssl3', 'openssl'], installed: '3.0.11-1~deb12u2', fixed: '3.0.15-1~deb12u1', part: 'patches', severity: 'critical', score: 9.1, epss: 0.24, evidence: ['vendor', 'updater'], feed: 'Debian', advisory: 'DSA-9005-1', systems: ['debian'], share: 0.4, age: 16 }),
  kind({ id: 'CVE-2026-90006', ja: 'OpenSSLで、サービスを止められる', en: 'OpenSSL can be made to stop', subject: 'openssl', packages: ['libssl3t64', 'openssl'], installed: '3.0.13-0ubuntu3.4', fixed: '3.0.13-0ubuntu3.6', part: 'patches', severity: 'medium', score: 5.9, epss: 0.02, evidence: ['vendor', 'updater'], feed: 'Ubuntu', advisory: 'USN-9006-1', systems: ['ubuntu'], share: 0.5, age: 80 }),
  kind({ id: 'CVE-2026-90007', ja: 'Linuxカーネルで、一般の利用者が管理者になれる', en: 'An ordinary user of the Linux kernel can become root', subject: 'linux', packages: ['linux-image-generic'], installed: '6.8.0-79.79', fixed: '6.8.0-86.87', part: 'patches', severity: 'high', score: 7.8, epss: 0.09, exploited: 21, evidence: ['vendor', 'updater'], feed: 'Ubuntu', advisory: 'USN-9007-1', systems: ['ubuntu'], share: 0.45, age: 30 }),
  kind({ id: 'CVE-2026-90008', ja: 'sudoで、設定されていない命令を実行できる', en: 'sudo runs a command it was not allowed to', subject: 'sudo', installed: '1.9.13p3-1+deb12u1', fixed: '1.9.13p3-1+deb12u2', part: 'patches', severity: 'high', score: 7.8, epss: 0.18, evidence: ['vendor', 'updater'], feed: 'Debian', advisory: 'DSA-9008-1', systems: ['debian'], share: 0.35, age: 60 }),
  kind({ id: 'CVE-2026-90009', ja: 'Windowsで、細工した共有フォルダーを見るだけで権限を取られる', en: 'Looking at a crafted share gives away privileges in Windows', subject: 'Windows', packages: ['Windows 11 24H2'], installed: '10.0.26100.6584', fixed: '10.0.26100.6899', part: 'patches', severity: 'high', score: 8.4, epss: 0.37, evidence: ['updater', 'vendor'], feed: 'MSRC', advisory: 'KB9066001', todo: 'update_system', systems: ['windows'], share: 0.07, age: 45 }),
  kind({ id: 'CVE-2026-90010', ja: 'Windowsの印刷スプーラーで、離れた所からコードが実行される', en: 'Remote code execution in the Windows print spooler', subject: 'Windows', packages: ['Windows 11 24H2'], installed: '10.0.26100.6584', fixed: '10.0.26100.6899', part: 'patches', severity: 'critical', score: 9.8, epss: 0.66, exploited: 12, evidence: ['updater', 'vendor'], feed: 'MSRC', advisory: 'KB9066001', todo: 'update_system', systems: ['windows', 'server'], share: 0.04, age: 14 }),
  kind({ id: null, ja: 'OSのサポートが終わっています', en: 'The operating system is out of support', subject: 'Windows 10 22H2', packages: [], installed: '19045', part: 'os', severity: 'high', score: 0, epss: 0, evidence: ['database'], feed: 'endoflife.date', todo: 'upgrade_release', systems: ['windows10'], share: 1, age: 398 }),
  kind({ id: null, ja: '累積更新プログラムが待っています', en: 'A cumulative update waits', subject: 'Windows', packages: ['KB9066835'], installed: '26100.6584', fixed: '26100.6899', part: 'os', severity: 'medium', score: 0, epss: 0, evidence: ['updater'], feed: '', advisory: 'KB9066835', todo: 'update_system', systems: ['windows', 'server'], share: 0.06, age: 70 }),
  kind({ id: 'CVE-2026-90013', ja: 'macOSのWebKitで、ページを見るだけでコードが実行される', en: 'Visiting a page runs code in the WebKit of macOS', subject: 'macOS', installed: '26.0.1', fixed: '26.1', part: 'os', severity: 'critical', score: 8.8, epss: 0.31, exploited: 6, evidence: ['vendor'], todo: 'update_system', systems: ['macos'], share: 0.22, age: 8 }),
  kind({ id: 'CVE-2026-90014', ja: 'VPN装置の管理画面で、認証を避けられる', en: 'The admin page of the VPN appliance lets anybody in', subject: 'FortiOS', packages: [], installed: '7.4.3', fixed: '7.4.9', part: 'remote', severity: 'critical', score: 9.8, epss: 0.94, exploited: 18, ransomware: true, evidence: ['vendor'], feed: 'CISA KEV', advisory: 'FG-IR-26-9014', todo: 'update_system', systems: ['appliance'], share: 0.4, age: 15 }),
  kind({ id: 'CVE-2026-90015', ja: 'VPN装置で、ファイルを読み出される', en: 'Files can be read out of the VPN appliance', subject: 'PAN-OS', packages: [], installed: '10.1.9', fixed: '10.1.14', part: 'remote', severity: 'high', score: 7.5, epss: 0.12, evidence: ['vendor'], todo: 'update_system', systems: ['appliance'], share: 0.3, age: 100 }),
  kind({ id: 'CVE-2026-90016', ja: 'VPNソフトで、端末の管理者の権限を取られる', en: 'The VPN client gives away administrator’s rights', subject: 'Cisco Secure Client', installed: '5.1.2.42', fixed: '5.1.8.105', part: 'remote', severity: 'high', score: 7.3, epss: 0.01, systems: ['windows', 'windows10', 'macos'], share: 0.05, age: 55 }),
  kind({ id: 'CVE-2026-90017', ja: 'リモートデスクトップの接続ソフトで、接続先からコードを送り込まれる', en: 'The host can send code to the remote desktop client', subject: 'Remote Desktop', packages: ['Remote Desktop client'], installed: '1.2.5560', fixed: '1.2.6228', part: 'remote', severity: 'high', score: 8.8, epss: 0.05, evidence: ['vendor'], feed: 'MSRC', systems: ['windows', 'server'], share: 0.025, age: 34 }),
  kind({ id: 'CVE-2026-90018', ja: 'オフィスソフトで、マクロの警告を避けられる', en: 'The warning about macros can be avoided in the office suite', subject: 'LibreOffice', packages: ['libreoffice-core'], installed: '24.2.5', fixed: '24.8.4', part: 'third_party', severity: 'medium', score: 6.5, epss: 0.01, evidence: ['database'], feed: 'OSV', systems: ['ubuntu', 'debian', 'windows'], share: 0.05, age: 150 }),
  kind({ id: 'CVE-2026-90019', ja: '動画の会議ソフトで、更新の検査が足りない', en: 'The meeting client does not check its updates enough', subject: 'Zoom Workplace', installed: '6.1.0', fixed: '6.4.5', part: 'third_party', severity: 'medium', score: 6.1, epss: 0.004, evidence: ['database'], systems: both, share: 0.09, age: 110 }),
  kind({ id: 'CVE-2026-90020', ja: 'curlで、資格情報がほかのサーバーに送られる', en: 'curl sends credentials to another server', subject: 'curl', packages: ['curl', 'libcurl4t64'], installed: '8.5.0-2ubuntu10.4', fixed: '8.5.0-2ubuntu10.6', part: 'patches', severity: 'low', score: 3.7, epss: 0.003, evidence: ['vendor', 'updater'], feed: 'Ubuntu', advisory: 'USN-9020-1', systems: ['ubuntu', 'server'], share: 0.3, age: 140 }),
  kind({ id: 'CVE-2026-90021', ja: 'Pythonのパッケージで、展開先の外に書き込まれる', en: 'A Python package writes outside of its folder', subject: 'setuptools', installed: '68.1.2', fixed: '78.1.1', part: 'third_party', severity: 'medium', score: 6.8, epss: 0.006, evidence: ['database'], feed: 'OSV', advisory: 'GHSA-9021', systems: ['ubuntu', 'debian'], share: 0.2, age: 200 }),
  kind({ id: 'CVE-2026-90022', ja: '画像の部品で、読み込み時にメモリを壊される', en: 'A library for pictures breaks memory while it reads', subject: 'libtiff', packages: ['libtiff6'], installed: '4.5.0-6+deb12u1', part: 'patches', severity: 'medium', score: 5.5, epss: 0.002, standing: 'no_fix', evidence: ['vendor'], feed: 'Debian', todo: 'wait', systems: ['debian', 'ubuntu'], share: 0.7, age: 220 }),
  kind({ id: 'CVE-2026-90023', ja: '古い複合機用の部品で、サービスを止められる', en: 'An old part for printers can be stopped', subject: 'cups-filters', packages: ['cups-filters'], installed: '1.28.17-3', part: 'patches', severity: 'low', score: 4.3, epss: 0.05, standing: 'will_not_fix', evidence: ['vendor'], feed: 'Debian', todo: 'mitigate', systems: ['debian'], share: 0.4, age: 300 }),
  kind({ id: 'CVE-2026-90024', ja: 'サーバーの遠隔管理で、認証前にメモリを読まれる', en: 'Memory is read before sign-in in the server’s remote management', subject: 'OpenSSH', packages: ['openssh-server'], installed: '9.6p1-3ubuntu13.5', fixed: '9.6p1-3ubuntu13.14', part: 'remote', severity: 'critical', score: 9.0, epss: 0.19, evidence: ['vendor', 'updater'], feed: 'Ubuntu', advisory: 'USN-9024-1', systems: ['ubuntu', 'server'], share: 0.12, age: 5 }),
  kind({ id: 'CVE-2026-90025', ja: '内容がまだ公表されていない', en: 'Nothing is published of it yet', subject: 'wpasupplicant', packages: ['wpasupplicant'], installed: '2:2.10-12', fixed: '2:2.10-12+deb12u2', part: 'patches', severity: 'unknown', score: 0, epss: 0.001, evidence: ['updater'], feed: '', advisory: '', systems: ['debian'], share: 0.25, age: 9 }),
];

export const systemNames: Record<System, { os: string; release: string; kind: string; code: string }> = {
  windows: { os: 'Windows 11 Pro 24H2', release: 'windows:11-24h2', kind: 'computer', code: 'PC' },
  windows10: { os: 'Windows 10 Pro 22H2', release: 'windows:10-22h2', kind: 'computer', code: 'PC' },
  ubuntu: { os: 'Ubuntu 24.04.3 LTS', release: 'ubuntu:24.04', kind: 'computer', code: 'PC' },
  debian: { os: 'Debian GNU/Linux 12', release: 'debian:12', kind: 'server', code: 'SV' },
  macos: { os: 'macOS 26.0.1', release: 'macos:26', kind: 'computer', code: 'MAC' },
  server: { os: 'Windows Server 2022', release: 'windows:server-2022', kind: 'server', code: 'SV' },
  appliance: { os: '', release: '', kind: 'network', code: 'VPN' },
};
