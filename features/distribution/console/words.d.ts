import type ja from './ja.json';
import type pages from './pages.ja.json';

declare module '@shell/i18n/words' {
  interface Words {
    distribution: typeof ja & typeof pages;
  }
}
