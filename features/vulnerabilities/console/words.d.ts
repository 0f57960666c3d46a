import type ja from './ja.json';

declare module '@shell/i18n/words' {
  interface Words {
    vulnerabilities: typeof ja;
  }
}
