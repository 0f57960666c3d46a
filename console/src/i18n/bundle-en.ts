import shell from '../words/en.json';
import { byFolder } from './by-folder';

export const words = {
  ...byFolder(
    import.meta.glob<Record<string, unknown>>('../../../{core,features}/*/console/en.json', {
      eager: true,
      import: 'default',
    }),
  ),
  shell,
};
