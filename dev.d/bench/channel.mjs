// ./dev bench channel: the road between agents and server, and the agent itself, measured with the release programs on this
// machine. The simulator shares the processors with the server, so what the server used itself is given beside each rate.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'node:https';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

const TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK']));
const asked = Object.fromEntries(process.argv.slice(2).join(' ').split('--').filter(Boolean).map((pair) => pair.trim().split(/[ =]/)));
const BIN = asked.bin;
const ENDPOINTS = Number(asked.endpoints ?? 2000);
const IDLE_S = Number(asked['idle-seconds'] ?? 300);

const sleep = (seconds) => new Promise((then) => setTimeout(then, seconds * 1000));
const say = (line) => process.stderr.write(`${line}\n`);
const rows = [];
const row = (what, figure, aim) => {
  rows.push([what, figure, aim]);
  say(`  ${what}: ${figure} (aim: ${aim})`);
};

/** Waits for `look` to give something; fails when it takes longer than `seconds`. */
async function until(what, seconds, look) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s`);
    await sleep(0.05);
  }
}

const freePort = () =>
  new Promise((then) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => then(port));
    });
  });

/** Processor seconds of a process so far, its threads included. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
const kilobytes = (pid, file, name) =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? NaN);

/** A server of its own in a folder of its own. */
class House {
  static async build() {
    const house = new House();
    house.dir = mkdtempSync(join(tmpdir(), 'yagura-bench-'));
    house.port = await freePort();
    house.url = `https://127.0.0.1:${house.port}`;
    house.config = join(house.dir, 'server/yagura.toml');
    execFileSync(join(BIN, 'yagura-server'), ['init', '--data', join(house.dir, 'server'), '--url', house.url]);
    house.ca = join(house.dir, 'server/ca.pem');
    house.token = house.admin('token');
    await house.start();
    return house;
  }

  admin(...words) {
    return execFileSync(join(BIN, 'yagura-server'), ['admin', '--config', this.config, ...words], { encoding: 'utf8' }).trim();
  }

  async start() {
    const log = openSync(join(this.dir, 'server.log'), 'a');
    this.server = spawn(join(BIN, 'yagura-server'), ['serve', '--config', this.config], { stdio: ['ignore', log, log] });
    await until('the server', 60, () => this.ask('GET', '/readyz').then((answer) => answer.status === 200, () => false));
  }

  async stop(child) {
    const gone = new Promise((then) => child.once('exit', then));
    child.kill('SIGTERM');
    await gone;
  }

  async end() {
    await this.stop(this.server);
    rmSync(this.dir, { recursive: true, force: true });
  }

  ask(method, path, body) {
    return new Promise((then, failed) => {
      const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
      const sent = request(`${this.url}${path}`, { method, headers, ca: readFileSync(this.ca) }, (answer) => {
        let text = '';
        answer.on('data', (part) => (text += part)).on('end', () => then({ status: answer.statusCode, text }));
      });
      sent.on('error', failed);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async metric(pattern) {
    const { text } = await this.ask('GET', '/metrics');
    let sum = 0;
    for (const found of text.matchAll(new RegExp(`^${pattern} ([0-9.]+)$`, 'gm'))) sum += Number(found.at(-1));
    return sum;
  }

  connected() {
    return this.metric('yagura_agents_connected');
  }

  /** Starts endpoints; the promise gives the summary when they have ended. */
  fleet(...words) {
    const token = this.admin('enrolment-token');
    const log = openSync(join(this.dir, 'sim.log'), 'a');
    const child = spawn(
      join(BIN, 'yagura-sim'),
      ['fleet', '--server', this.url, '--ca-file', this.ca, '--data', join(this.dir, 'fleet'), ...words],
      { stdio: ['ignore', 'pipe', log], env: { ...process.env, YAGURA_TOKEN: token } },
    );
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    const summary = new Promise((then, failed) => {
      child.once('exit', (code) => (code === 0 ? then(JSON.parse(text)) : failed(new Error(`yagura-sim ended with ${code}: see ${this.dir}/sim.log`))));
    });
    return { child, summary };
  }
}

async function connections() {
  say(`${ENDPOINTS} endpoints enrol at once, stay connected, get a command, and lose their server for a moment`);
  const house = await House.build();
  const before = kilobytes(house.server.pid, 'status', 'VmRSS');
  const cpu = cpuOf(house.server.pid);
  const fleet = house.fleet('--endpoints', ENDPOINTS, '--connections-only', '--seconds', 3600, '--ramp-s', 0);
  await until('all connections', 300, async () => (await house.connected()) >= ENDPOINTS);
  const enrolCpu = cpuOf(house.server.pid) - cpu;
  // The connection of the last request is closed by the server after half a minute without another.
  await sleep(45);
  const idle = (kilobytes(house.server.pid, 'status', 'VmRSS') - before) / ENDPOINTS;

  const { text } = await house.ask('GET', '/api/v1/endpoints?limit=1000');
  let page = JSON.parse(text);
  const ids = page.items.map((endpoint) => endpoint.id);
  while (page.next_cursor) {
    page = JSON.parse((await house.ask('GET', `/api/v1/endpoints?limit=1000&cursor=${page.next_cursor}`)).text);
    ids.push(...page.items.map((endpoint) => endpoint.id));
  }
  const commandCpu = cpuOf(house.server.pid);
  const given = Date.now();
  const made = await house.ask('POST', '/api/v1/commands', { name: 'inventory.refresh', endpoints: ids });
  if (made.status !== 201) throw new Error(`the command was answered with ${made.status}: ${made.text}`);
  const queued = (Date.now() - given) / 1000;
  const counted = async (state) => JSON.parse((await house.ask('GET', `/api/v1/commands?state=${state}&limit=1`)).text).count.value;
  await until('99 % of the commands fetched', 120, async () => (await counted('queued')) + (await counted('nudged')) <= ids.length / 100);
  const reached = (Date.now() - given) / 1000;
  await until('all commands', 120, async () => {
    const done = await house.ask('GET', '/api/v1/commands?state=done&limit=1');
    return JSON.parse(done.text).count?.value >= ids.length;
  });
  const perCommand = cpuOf(house.server.pid) - commandCpu;

  await house.stop(house.server);
  const restarted = Date.now();
  await house.start();
  const ready = Date.now();
  await until('everybody back', 180, async () => (await house.connected()) >= ENDPOINTS);
  const back = (Date.now() - ready) / 1000;
  fleet.child.kill('SIGINT');
  const summary = await fleet.summary;
  await house.end();

  row(`enrolments/s, ${ENDPOINTS} at once`, `${summary.enrol_per_s.toFixed(0)} (${(ENDPOINTS / enrolCpu).toFixed(0)} per server CPU-second, hello and first inventory included)`, '>= 100');
  row('server RSS per idle connection', `${idle.toFixed(1)} KB`, '<= 40 KB');
  row(`a command for ${ENDPOINTS} connected endpoints reaches 99 %`, `${reached.toFixed(1)} s after it was given (${queued.toFixed(1)} s of it until all orders were signed and stored)`, '< 2 s');
  row('the same command done and reported, p50 / p99', `${summary.command_p50_ms} / ${summary.command_p99_ms} ms (server CPU ${perCommand.toFixed(1)} s)`, '-');
  row(`${ENDPOINTS} back after a restart`, `${back.toFixed(1)} s after /readyz (ready ${((ready - restarted) / 1000).toFixed(1)} s after the start)`, '<= 30 s');
}

async function events() {
  const [endpoints, wanted, seconds] = [1000, 40_000, 20];
  say(`${endpoints} endpoints send what they can of ${wanted} events/s for ${seconds} s`);
  const house = await House.build();
  const fleet = house.fleet('--endpoints', endpoints, '--events-per-second', wanted, '--seconds', seconds, '--ramp-s', 10, '--drain-s', 120, '--relaxed-spool');
  await until('all connections', 300, async () => (await house.connected()) >= endpoints);
  const [cpu, batches] = [cpuOf(house.server.pid), await house.metric('yagura_http_requests_total\\{route="/agent/v1/events"[^}]*\\}')];
  const summary = await fleet.summary;
  const used = cpuOf(house.server.pid) - cpu;
  const sent = (await house.metric('yagura_http_requests_total\\{route="/agent/v1/events"[^}]*\\}')) - batches;
  await house.end();
  row(
    `durably acknowledged events/s from ${endpoints} endpoints`,
    `${summary.events_per_s.toFixed(0)} (${(summary.events_acked / used).toFixed(0)} per server CPU-second; ${(summary.events_acked / sent).toFixed(0)} events a batch; ${summary.events_waiting} left)`,
    '>= 20,000',
  );
}

async function idleAgent() {
  say(`the agent of this machine with all its sensors, for ${IDLE_S} s`);
  const house = await House.build();
  const data = join(house.dir, 'agent');
  const token = house.admin('enrolment-token');
  execFileSync(join(BIN, 'yagura-agent'), ['enrol', '--server', house.url, '--token', token, '--ca-file', house.ca, '--data', data]);
  const log = openSync(join(house.dir, 'agent.log'), 'a');
  const agent = spawn(join(BIN, 'yagura-agent'), ['run', '--data', data], {
    stdio: ['ignore', log, log],
    env: { ...process.env, YAGURA_SOCKET: join(house.dir, 'agent.sock') },
  });
  await until('the agent', 60, async () => (await house.connected()) >= 1);
  await sleep(20);
  const requests = () => house.metric('yagura_http_requests_total\\{route="/agent/v1/(?!events|link)[^}]*\\}');
  const [cpu, asked, from] = [cpuOf(agent.pid), await requests(), Date.now()];
  await sleep(IDLE_S);
  const took = (Date.now() - from) / 1000;
  const core = ((cpuOf(agent.pid) - cpu) / took) * 100;
  const perDay = (((await requests()) - asked) / took) * 86_400;
  const pss = kilobytes(agent.pid, 'smaps_rollup', 'Pss') / 1024;
  await house.stop(agent);
  await house.end();
  row('agent idle: memory (PSS)', `${pss.toFixed(1)} MB`, '<= 30 MB');
  row(`agent idle: processor over ${took.toFixed(0)} s`, `${core.toFixed(2)} % of a core`, '< 0.5 %');
  row('agent idle: requests a day besides pings and batches', `${perDay.toFixed(0)} (from ${took.toFixed(0)} s)`, '< 50');
}

function storm() {
  say('5,000 processes, 16 at once');
  const run = spawnSync(join(BIN, 'examples/exec_storm'), [], { encoding: 'utf8' });
  const text = run.stdout ?? '';
  const seen = /full command lines (\d+ of \d+)/.exec(text)?.[1] ?? `not measured: ${run.stderr.trim() || 'no answer'}`;
  const cpu = [...text.matchAll(/^CPU \S+: ([0-9.]+) s/gm)].reduce((sum, found) => sum + Number(found[1]), 0);
  row('starts seen in a storm of 5,000 processes', `${seen} with their command line; sensor CPU ${cpu.toFixed(2)} s`, 'all 5,000, <= 1 s');
}

const versions = `${cpus().length} x ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; Linux ${execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()}; ${execFileSync('rustc', ['--version'], { encoding: 'utf8' }).trim()}; ${new Date().toISOString().slice(0, 10)}`;
const parts = { storm, connections, events, idleAgent };
for (const [name, part] of Object.entries(parts)) {
  if (asked.only === undefined || asked.only === name) await part();
}
process.stdout.write(`\n${versions}\n\n| what | measured | aim |\n|---|---|---|\n`);
for (const [what, figure, aim] of rows) process.stdout.write(`| ${what} | ${figure} | ${aim} |\n`);
