import { defineFeature } from '@shell/feature';

export default defineFeature({
  pages: [
    { path: '/software', room: 'assets', title: 'licences:software', permission: 'assets.read', order: 21, load: () => import('./software') },
    { path: '/software/inbox', room: 'assets', title: 'licences:inbox', permission: 'assets.read', order: 22, load: () => import('./inbox') },
    { path: '/software/dictionary', room: 'assets', title: 'licences:dictionary', permission: 'assets.read', load: () => import('./dictionary') },
    { path: '/software/$id', room: 'assets', title: 'licences:product', permission: 'assets.read', load: () => import('./product') },
    { path: '/licences', room: 'assets', title: 'licences:licences', permission: 'assets.read', order: 23, load: () => import('./licences') },
    { path: '/licences/new', room: 'assets', title: 'licences:new', permission: 'assets.write', load: () => import('./new') },
    { path: '/licences/watch', room: 'assets', title: 'licences:watch', permission: 'assets.read', load: () => import('./watch') },
    { path: '/licences/$id', room: 'assets', title: 'licences:licence', permission: 'assets.read', load: () => import('./licence') },
  ],
});
