import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/me', room: 'me', title: 'operation-log:me.title', permission: 'own.read', order: 10, load: () => import('./me') },
    { path: '/me/events', room: 'me', title: 'operation-log:mine.title', permission: 'own.read', order: 20, load: () => import('./my-events') },
  ],
});
