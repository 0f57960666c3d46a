import { setupWorker } from 'msw/browser';
import type { RequestHandler } from 'msw';
import { setNow } from '../time/clock';
import { mockNow } from './day';

const found = import.meta.glob<RequestHandler[]>('../../../{core,features}/*/console/mock.ts', {
  eager: true,
  import: 'handlers',
});

/** Answers every request of the console in the browser, and sets the clock to the day the data is about. */
export async function startMock(): Promise<void> {
  setNow(mockNow);
  const worker = setupWorker(...Object.values(found).flat());
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' });
}
