export { now, useNow } from './clock';
export * from './format';
export { fromLocalInput, toLocalInput } from './local-input';
