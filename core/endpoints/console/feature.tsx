import { defineFeature } from '@shell/feature';
import { useEndpointItems } from './today';

export default defineFeature({
  pages: [
    {
      path: '/endpoints',
      room: 'endpoints',
      title: 'endpoints:list.title',
      permission: 'endpoints.read',
      order: 10,
      load: () => import('./list'),
    },
    {
      path: '/groups',
      room: 'endpoints',
      title: 'endpoints:groups.title',
      permission: 'endpoints.read',
      order: 20,
      load: () => import('./groups'),
    },
    {
      path: '/endpoints/$id',
      room: 'endpoints',
      title: 'endpoints:one.title',
      permission: 'endpoints.read',
      load: () => import('./one'),
    },
    {
      path: '/endpoints/$id/$tab',
      room: 'endpoints',
      title: 'endpoints:one.title',
      permission: 'endpoints.read',
      load: () => import('./one'),
    },
    {
      path: '/settings/enrolment',
      room: 'settings',
      title: 'endpoints:enrolment.title',
      permission: 'enrolment.write',
      order: 30,
      load: () => import('./enrolment'),
    },
  ],
  endpointTabs: [
    {
      id: 'overview',
      title: 'endpoints:one.overview',
      permission: 'endpoints.read',
      order: 10,
      load: () => import('./overview'),
    },
  ],
  endpointOverview: [
    {
      id: 'sensors',
      title: 'endpoints:sensors.title',
      permission: 'endpoints.read',
      order: 30,
      side: 'main',
      load: () => import('./sensors'),
    },
  ],
  today: { permission: 'endpoints.read', order: 10, useItems: useEndpointItems },
  todayAside: [
    { id: 'endpoints', permission: 'endpoints.read', order: 20, load: () => import('./today-aside') },
  ],
});
