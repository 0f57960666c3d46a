import type ja from './ja.json';
import type pages from './pages.ja.json';

declare module '@shell/i18n/words' {
  interface Words {
    events: typeof ja & typeof pages;
  }
}
