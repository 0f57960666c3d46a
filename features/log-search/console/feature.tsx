import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    {
      path: '/events',
      room: 'records',
      title: 'log-search:title',
      permission: 'events.read',
      order: 10,
      load: () => import('./page'),
    },
  ],
});
