import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/calendar', room: 'records', title: 'rule-book:calendar.title', permission: 'events.read', order: 20, load: () => import('./calendar') },
    { path: '/comparison', room: 'records', title: 'rule-book:comparison.title', permission: 'events.read', order: 25, load: () => import('./comparison') },
  ],
});
