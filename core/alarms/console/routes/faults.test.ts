import { ApiError } from '@shell/api/client';
import { expect, it } from 'vitest';
import { faultsOf } from './faults';

function refused(...errors: { pointer: string; code: string; message?: string }[]): ApiError {
  return new ApiError({ type: 'about:blank', title: 'invalid', status: 422, code: 'invalid', detail: 'no', errors });
}

it('what the server refused stands at its field, and an address at its place in the list', () => {
  const { faults, whole } = faultsOf(refused({ pointer: '/name', code: 'taken', message: 'another' }, { pointer: '/to/addresses/1', code: 'bad_address' }));
  expect(faults).toEqual({ name: { code: 'taken', message: 'another' }, addresses: { code: 'bad_address', message: 'bad_address', at: 1 } });
  expect(whole).toBeNull();
});

it('what is no field of the form is shown whole', () => {
  const odd = refused({ pointer: '/what', code: 'unknown' });
  expect(faultsOf(odd)).toEqual({ faults: {}, whole: odd });
  expect(faultsOf(null)).toEqual({ faults: {}, whole: null });
});
