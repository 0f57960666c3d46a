import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/board', room: 'records', title: 'rule-book:board.title', permission: 'events.read', order: 18, load: () => import('./board') },
    { path: '/calendar', room: 'records', title: 'rule-book:calendar.title', permission: 'events.read', order: 20, load: () => import('./calendar') },
    { path: '/rules', room: 'rules', title: 'rule-book:rules.title', permission: 'policies.read', order: 5, load: () => import('./rules') },
    { path: '/without-rules', room: 'rules', title: 'rule-book:without.title', permission: 'policies.read', order: 7, load: () => import('./without') },
    { path: '/comparison', room: 'records', title: 'rule-book:comparison.title', permission: 'events.read', order: 25, load: () => import('./comparison') },
  ],
});
