import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProvider } from './provider';

/** A real server and this machine's real agent, in a folder of their own, for one run of the tests. */
export interface House {
  url: string;
  /** The file of its own certificate authority. */
  authority: string;
  /** The name under which this machine appears. */
  machine: string;
  /** Its own folder, which goes when it goes. */
  folder: string;
  /** Where the agent listens for the programs in people's desktops. */
  socket: string;
  /** The folder of the programs. */
  programs: string;
  /** A new one-time sign-in link of the first administrator. */
  link: () => string;
  stop: () => Promise<void>;
}

/** The folder of the programs; without it there is nothing to test against. */
export const binaries = process.env['YAGURA_BIN_DIR'];

const patienceMs = 30_000;

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}

function answers(url: string, ca: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { ca }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).once('error', () => {
      resolve(false);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await exit;
  clearTimeout(late);
}

export async function openHouse(programs: string): Promise<House> {
  const data = mkdtempSync(join(tmpdir(), 'yagura-e2e-'));
  const url = `https://127.0.0.1:${String(await freePort())}`;
  const config = join(data, 'server/yagura.toml');
  const ca = join(data, 'server/ca.pem');
  const socket = join(data, 'agent.sock');
  // Whoever sits at the machine may pass through to the socket, and see nothing on the way.
  chmodSync(data, 0o711);
  const run = (program: string, ...args: string[]): string =>
    execFileSync(join(programs, program), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const start = (program: string, ...args: string[]): ChildProcess => {
    const log = openSync(join(data, `${program}.log`), 'a');
    // A socket of its own: the machine may have an agent already. And what others run on this machine is not stopped.
    const env = { ...process.env, YAGURA_SOCKET: socket, YAGURA_GATE_ONLY: join(data, 'gate') };
    const child = spawn(join(programs, program), args, { stdio: ['ignore', log, log], env });
    closeSync(log);
    return child;
  };

  run('yagura-server', 'init', '--data', join(data, 'server'), '--url', url);
  const provider = await openProvider(url);
  writeFileSync(join(data, 'server/oidc.secret'), `${provider.secret}\n`, { mode: 0o600 });
  appendFileSync(
    config,
    `\n[oidc]\nissuer = "${provider.issuer}"\nclient_id = "yagura"\nclient_secret_file = "oidc.secret"\nname = "${provider.name}"\n`,
  );
  const children = [start('yagura-server', 'serve', '--config', config)];
  const stop = async (): Promise<void> => {
    // The agent first: it hands over what it still holds.
    for (const child of children.reverse()) await ended(child);
    await ended(provider.process);
    rmSync(data, { recursive: true, force: true });
  };
  const deadline = Date.now() + patienceMs;
  while (!(await answers(`${url}/readyz`, readFileSync(ca)))) {
    if (Date.now() > deadline || children[0]?.exitCode !== null) {
      const log = readFileSync(join(data, 'yagura-server.log'), 'utf8');
      await stop();
      throw new Error(`the server did not become ready:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const token = run('yagura-server', 'admin', 'enrolment-token', '--config', config);
  run('yagura-agent', 'enrol', '--server', url, '--token', token, '--ca-file', ca, '--data', join(data, 'agent'));
  children.push(start('yagura-agent', 'run', '--data', join(data, 'agent')));
  return {
    url,
    authority: ca,
    machine: hostname(),
    folder: data,
    socket,
    programs,
    link: () => run('yagura-server', 'admin', 'link', '--config', config, '--name', 'admin'),
    stop,
  };
}
