import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/surveys', room: 'people', title: 'surveys:title', permission: 'surveys.read', order: 40, load: () => import('./list') },
    { path: '/surveys/$id', room: 'people', title: 'surveys:title', permission: 'surveys.read', load: () => import('./one') },
    { path: '/me/surveys', room: 'me', title: 'surveys:mine.title', permission: 'own.read', order: 30, load: () => import('./my-list') },
    { path: '/me/surveys/$id', room: 'me', title: 'surveys:mine.title', permission: 'own.read', load: () => import('./my-one') },
  ],
});
