import type { ComponentType } from 'react';
import type { AssetDetail, EndpointDetail, Permission } from './api/schema';
import type { IconName } from './ui/icons';
import type { Namespace, WordKey } from './i18n/words';

/** The rooms of the menu, in their order. A room is shown as soon as some feature brings a page for it. */
export const rooms = [
  'today',
  'me',
  'endpoints',
  'records',
  'protection',
  'assets',
  'weaknesses',
  'rules',
  'people',
  'guideline',
  'settings',
] as const;
export type Room = (typeof rooms)[number];

/** A word named with its feature, e.g. `endpoints:list.title`. */
export type Word = { [N in Namespace]: `${N}:${WordKey<N>}` }[Namespace];

export type Loader<Props = object> = () => Promise<{ default: ComponentType<Props> }>;

export interface PageDef {
  /** The address; a part with $ is a parameter. */
  path: string;
  room: Room;
  title: Word;
  /** Who may open it. The server decides; this only hides what would be refused. */
  permission: Permission | null;
  load: Loader;
  /** The place among the room's pages; without one the page is reached from another page only. */
  order?: number;
}

export interface EndpointPart {
  id: string;
  title: Word;
  permission: Permission;
  order: number;
  load: Loader<{ endpoint: EndpointDetail }>;
}

/** A line of the morning page: what waits, how much of it, and the address of exactly those rows. */
export interface TodayItem {
  id: string;
  icon: IconName;
  /** Larger comes first in the lead sentence. */
  weight: number;
  title: string;
  sentence: string;
  /** Nobody has handled these yet; null where the count is only for information. */
  open: { count: number; to: string; search?: Record<string, string> } | null;
  /** Known and in somebody's hands, or information. */
  other: { count: number; to: string; search?: Record<string, string> } | null;
  oldest: string | null;
  /** The one sentence for the top of the page when this is the most pressing thing. */
  lead: string;
  act: string;
}

export interface TodayDef {
  permission: Permission;
  order: number;
  /** A hook: undefined while loading, or the lines, none where nothing is to be said. */
  useItems: () => TodayItem[] | undefined;
}

/** A part of an asset's own page. */
export interface AssetPart {
  id: string;
  permission: Permission;
  order: number;
  load: Loader<{ asset: AssetDetail }>;
}

export interface AsideDef {
  id: string;
  permission: Permission;
  order: number;
  load: Loader;
}

export interface FeatureDef {
  pages: PageDef[];
  endpointTabs?: EndpointPart[];
  endpointOverview?: (EndpointPart & { side: 'main' | 'side' })[];
  assetParts?: AssetPart[];
  today?: TodayDef;
  todayAside?: AsideDef[];
}

/** Checks the shape of a feature's description and hands it back. */
export function defineFeature(feature: FeatureDef): FeatureDef {
  return feature;
}
