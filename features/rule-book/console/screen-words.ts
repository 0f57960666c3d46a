import type { Language } from '@shell/i18n/words';

/**
 * The words of the pop-up's frame, as the session program has them (`agent/session/src/words.rs`). They follow the language of the
 * person at the endpoint and not that of the console, so both are here.
 */
interface ScreenWords {
  alarm: string;
  prohibit: string;
  classes: Record<string, string>;
  usual: Record<'alarm' | 'prohibit', string>;
  what: string;
  time: string;
  history: string;
  close: string;
}

export const screenWords: Record<Language, ScreenWords> = {
  ja: {
    alarm: '警告',
    prohibit: '禁止',
    classes: {
      removable_write: '持ち運べる機器',
      share_read: '共有フォルダー',
      confidential: 'キーワード',
      out_of_hours: '業務時間外',
      mass_delete: '大量の削除',
      print: '印刷',
      program: 'プログラム',
      archive: '書庫',
      new_program: '新しいプログラム',
      tamper: '記録の停止',
    },
    usual: {
      alarm: 'この操作は組織の決まりに触れます。操作はできていて、管理者に知らされます。心当たりがないときは、すぐ知らせてください。',
      prohibit: 'この操作は組織の決まりで止められました。仕事で必要なときは管理者に相談してください。',
    },
    what: '対象',
    time: '時刻',
    history: '履歴表示(D)',
    close: '閉じる',
  },
  en: {
    alarm: 'Warning',
    prohibit: 'Prohibited',
    classes: {
      removable_write: 'Portable devices',
      share_read: 'Shares',
      confidential: 'Confidential words',
      out_of_hours: 'Outside business hours',
      mass_delete: 'Many files deleted',
      print: 'Printing',
      program: 'Programs',
      archive: 'Archives',
      new_program: 'New programs',
      tamper: 'Stopping the records',
    },
    usual: {
      alarm: "This is against your organisation's rules. It was done, and the administrator is told. If it was not you, say so at once.",
      prohibit: "Your organisation's rules stopped this. If your work needs it, ask your administrator.",
    },
    what: 'What',
    time: 'Time',
    history: 'History (D)',
    close: 'Close',
  },
};
