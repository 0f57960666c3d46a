import { HttpResponse, http } from 'msw';
import { notFound } from '@shell/mock/answers';
import { findEndpoint } from '../../../core/endpoints/console/mock-fleet';
import { handlers as devices } from './mock-devices';
import { assetsOf } from './mock-inventory';
import { handlers as imports } from './mock-import';
import { handlers as intakes } from './mock-intake';
import { handlers as ledger } from './mock-ledger';
import { handlers as paper } from './mock-paper';

export const handlers = [
  ...devices,
  ...imports,
  ...intakes,
  ...paper,
  ...ledger,
  http.get('/api/v1/assets/:endpoint', ({ params }) => {
    const endpoint = findEndpoint(String(params['endpoint']));
    return endpoint && endpoint.state !== 'pending' ? HttpResponse.json(assetsOf(endpoint)) : notFound();
  }),
];
