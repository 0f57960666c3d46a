import type { Language } from '@shell/i18n/words';

/** What people look for again and again, as questions that one can read and change. Their names are in the words. */
export const presets = [
  'removable',
  'night',
  'weekend',
  'printing',
  'upload',
  'large',
  'logon',
  'prohibited',
  'software',
  'tamper',
] as const;
export type Preset = (typeof presets)[number];

const questions: Record<Preset, Record<Language, string>> = {
  removable: {
    ja: '(区分:removable_write OR 種類:媒体,ディスク,機器) 以降:7d',
    en: '(class:removable_write OR kind:medium,disc,device) since:7d',
  },
  night: { ja: '時間帯:22..5 -種類:電源,エージェント 以降:7d', en: 'hour:22..5 -kind:power,agent since:7d' },
  weekend: { ja: '曜日:休日 -種類:電源,エージェント 以降:30d', en: 'weekday:weekend -kind:power,agent since:30d' },
  printing: { ja: '種類:印刷 枚数>=50 以降:30d', en: 'kind:print pages>=50 since:30d' },
  upload: { ja: '種類:web.upload,web.post,クラウド 以降:7d', en: 'kind:web.upload,web.post,cloud since:7d' },
  large: { ja: '種類:ファイル,web,メール 大きさ>=100MB 以降:30d', en: 'kind:file,web,mail size>=100MB since:30d' },
  logon: { ja: '種類:session.failed 以降:7d', en: 'kind:session.failed since:7d' },
  prohibited: { ja: 'レベル:禁止 以降:30d', en: 'level:prohibited since:30d' },
  software: { ja: '種類:software.install,software.start_first 以降:30d', en: 'kind:software.install,software.start_first since:30d' },
  tamper: { ja: '種類:agent.gap,agent.tamper,agent.clock_change 以降:30d', en: 'kind:agent.gap,agent.tamper,agent.clock_change since:30d' },
};

export function questionFor(preset: Preset, language: Language): string {
  return questions[preset][language];
}
