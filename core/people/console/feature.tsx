import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/people', room: 'people', title: 'people:title', permission: 'people.read', order: 10, load: () => import('./list') },
    { path: '/accounts', room: 'people', title: 'people:accounts.title', permission: 'people.read', order: 20, load: () => import('./accounts') },
    { path: '/people/import', room: 'people', title: 'people:import.title', permission: 'people.write', order: 30, load: () => import('./import') },
    { path: '/me', room: 'me', title: 'people:me.title', permission: 'own.read', order: 10, load: () => import('./me') },
    { path: '/me/events', room: 'me', title: 'people:mine.title', permission: 'own.read', order: 20, load: () => import('./my-events') },
  ],
});
