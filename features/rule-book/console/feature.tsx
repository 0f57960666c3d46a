import { defineFeature } from '@shell/feature';

export default defineFeature({ pages: [] });
