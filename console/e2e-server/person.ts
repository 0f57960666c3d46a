import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import type { House } from './house';

/** Whether programs can run as somebody else. */
export const asRoot = process.getuid?.() === 0;
/** Who sits at this machine: an account that every Linux has, or, without the right to become it, ours. */
export const person = asRoot ? { uid: 65534, gid: 65534, name: 'nobody' } : { ...userInfo(), name: userInfo().username };

/** What the session program gives the browser to open, asked for by the person in their own desktop. */
export function askForMine(house: House): URL {
  const desktop = join(house.folder, 'desktop');
  mkdirSync(desktop, { recursive: true });
  rmSync(join(desktop, 'opened'), { force: true });
  // Where the programs lie, the account may not be allowed to look.
  copyFileSync(join(house.programs, 'yagura-session'), join(desktop, 'yagura-session'));
  // A desktop whose browser writes down what it is to open.
  writeFileSync(join(desktop, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" >'${desktop}/opened'\n`);
  for (const name of ['yagura-session', 'xdg-open']) chmodSync(join(desktop, name), 0o755);
  chownSync(desktop, person.uid, person.gid);
  execFileSync(join(desktop, 'yagura-session'), ['--mine', '--socket', house.socket], {
    uid: person.uid,
    gid: person.gid,
    cwd: '/',
    env: { PATH: `${desktop}:/usr/bin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new URL(readFileSync(join(desktop, 'opened'), 'utf8'));
}
