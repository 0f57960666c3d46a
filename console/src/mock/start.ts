import { setupWorker } from 'msw/browser';
import type { RequestHandler } from 'msw';
import type { AnyRouter } from '@tanstack/react-router';
import { setNow } from '../time/clock';
import { mockNow } from './day';
import { dispatch } from './dispatch';
import { inState, stateKey, states } from './states';

const found = import.meta.glob<RequestHandler[]>('../../../{core,features}/*/console/mock.ts', {
  eager: true,
  import: 'handlers',
});

/** Answers every request of the console in the browser, and sets the clock to the day the data is about. Tests go to a page by `goTo`. */
export async function startMock(router: AnyRouter): Promise<void> {
  setNow(mockNow);
  Object.assign(globalThis, { goTo: (address: string) => goTo(router, address) });
  const office = dispatch(Object.values(found).flat());
  const asked = sessionStorage.getItem(stateKey);
  const state = states.find((one) => one === asked);
  const worker = setupWorker(...(state ? [inState(state, office)] : []), office);
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' });
}

/** Opens another page as a link does, and waits until it stands there. */
async function goTo(router: AnyRouter, address: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = router.subscribe('onRendered', () => {
      stop();
      resolve();
    });
    router.history.push(address);
  });
}
