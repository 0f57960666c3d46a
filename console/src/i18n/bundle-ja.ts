import shell from '../words/ja.json';
import { byFolder } from './by-folder';

export const words = {
  ...byFolder(
    import.meta.glob<Record<string, unknown>>('../../../{core,features}/*/console/ja.json', {
      eager: true,
      import: 'default',
    }),
  ),
  shell,
};
