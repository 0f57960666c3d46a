import { setupWorker } from 'msw/browser';
import type { RequestHandler } from 'msw';
import { setNow } from '../time/clock';
import { mockNow } from './day';
import { dispatch } from './dispatch';
import { inState, stateKey, states } from './states';

const found = import.meta.glob<RequestHandler[]>('../../../{core,features}/*/console/mock.ts', {
  eager: true,
  import: 'handlers',
});

/** Answers every request of the console in the browser, and sets the clock to the day the data is about. */
export async function startMock(): Promise<void> {
  setNow(mockNow);
  const office = dispatch(Object.values(found).flat());
  const asked = sessionStorage.getItem(stateKey);
  const state = states.find((one) => one === asked);
  const worker = setupWorker(...(state ? [inState(state, office)] : []), office);
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' });
}
