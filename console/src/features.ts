import { rooms, type FeatureDef, type PageDef, type Room } from './feature';
import { openWords } from './i18n';
import { byFolder } from './i18n/by-folder';

const found = byFolder(
  import.meta.glob<FeatureDef>('../../{core,features}/*/console/feature.tsx', { eager: true, import: 'default' }),
);

export const features: FeatureDef[] = Object.entries(found)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([folder, feature]) => ({
    ...feature,
    pages: feature.pages.map((page) => withWords(folder, page)),
    endpointTabs: (feature.endpointTabs ?? []).map((tab) => withWords(folder, tab)),
    assetParts: (feature.assetParts ?? []).map((part) => withWords(folder, part)),
  }));

/** A page, or a part of another feature's page, whose words come with its code. */
function withWords<T, P extends { load: () => Promise<T> }>(folder: string, page: P): P {
  return { ...page, load: async () => (await Promise.all([page.load(), openWords(folder)]))[0] };
}

const inOrder = <T extends { order?: number }>(items: T[]): T[] =>
  items.sort((a, b) => (a.order ?? 1000) - (b.order ?? 1000));

export const pages: PageDef[] = inOrder(features.flatMap((feature) => feature.pages));
export const endpointTabs = inOrder(features.flatMap((feature) => feature.endpointTabs ?? []));
export const endpointOverview = inOrder(features.flatMap((feature) => feature.endpointOverview ?? []));
export const assetParts = inOrder(features.flatMap((feature) => feature.assetParts ?? []));
export const todayDefs = inOrder(features.flatMap((feature) => (feature.today ? [feature.today] : [])));
export const todayAsides = inOrder(features.flatMap((feature) => feature.todayAside ?? []));

/** The pages of a room that stand in its own line of pages. */
export function pagesOf(room: Room): PageDef[] {
  return pages.filter((page) => page.room === room && page.order !== undefined);
}

export const filledRooms = rooms.filter((room) => room === 'today' || pagesOf(room).length > 0);
