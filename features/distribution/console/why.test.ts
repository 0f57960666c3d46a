import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { obstacleOf } from './why';

it('what is said in words is what the server and the endpoints write', () => {
  const source = ['../src/server/audience.rs', '../src/decide.rs'].map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('');
  expect(Object.keys(obstacleOf).filter((said) => !source.includes(`"${said}"`))).toEqual([]);
});
