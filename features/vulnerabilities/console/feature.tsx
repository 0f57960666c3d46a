import { defineFeature, type PageDef } from '@shell/feature';
import { useWeaknessItems } from './today';

const permission = 'vulnerabilities.read';
const page = (path: string, title: PageDef['title'], load: PageDef['load'], order?: number): PageDef => ({
  path: `/vulnerabilities${path}`,
  room: 'weaknesses',
  title,
  permission,
  load,
  ...(order === undefined ? {} : { order }),
});

export default defineFeature({
  pages: [
    page('', 'vulnerabilities:board', () => import('./dashboard'), 10),
    page('/weaknesses', 'vulnerabilities:weaknesses', () => import('./weaknesses'), 20),
    page('/weaknesses/$id', 'vulnerabilities:weakness', () => import('./weakness')),
    page('/machines', 'vulnerabilities:machines', () => import('./machines'), 30),
    page('/machines/$id', 'vulnerabilities:machine', () => import('./machine')),
    page('/exceptions', 'vulnerabilities:exceptions', () => import('./exceptions'), 40),
    page('/appliances', 'vulnerabilities:appliances', () => import('./appliances'), 50),
    page('/feeds', 'vulnerabilities:feeds', () => import('./feeds'), 60),
    page('/settings', 'vulnerabilities:settings', () => import('./settings'), 90),
  ],
  endpointTabs: [{ id: 'vulnerabilities', title: 'vulnerabilities:tab', permission, order: 45, load: () => import('./endpoint-tab') }],
  today: { permission, order: 15, useItems: useWeaknessItems },
  assetParts: [{ id: 'vulnerabilities', permission, order: 10, load: () => import('./asset-part') }],
});
