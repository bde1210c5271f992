import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/policy/catalog.ts';
import { linesOf, temporaryFolder, until } from './support.ts';

const GUARD = join(packageRoot(), 'fluent-bit', 'guard.sh');
const EDGE = join(packageRoot(), 'fluent-bit', 'edge', 'fluent-bit.yaml');
const GENERATED = join(packageRoot(), 'test/collector/golden/fluent-bit/everything/fluent-bit.yaml');

/** `guard.sh` with a `df` that says what the test wants, and a collector that notes what it was started with. */
class Guarded {
  readonly #folder = temporaryFolder();
  readonly process: ChildProcess;

  constructor(freeMib: number, config = EDGE) {
    mkdirSync(join(this.#folder, 'bin'));
    this.free(freeMib);
    this.#program('df', `echo head; echo "disk 1 1 $(cat ${this.#file('free')}) 1% /"`);
    this.#program('collector', `cp "$2" ${this.#file('config')}; echo $$ >>${this.#file('started')}; exec sleep 1000`);
    this.process = spawn('sh', [GUARD, config, this.#folder, '100', '200'], {
      env: {
        PATH: `${join(this.#folder, 'bin')}${delimiter}${process.env.PATH}`,
        FLUENT_BIT_BIN: 'collector',
        GUARD_POLL: '0.01',
      },
      stdio: 'ignore',
    });
    onTestFinished(() => void this.process.kill('SIGTERM'));
  }

  free(mib: number): void {
    writeFileSync(this.#file('next'), `${mib * 1024}`);
    renameSync(this.#file('next'), this.#file('free'));
  }

  /** Waits until it has been started so often, and gives the id of the last process and its configuration. */
  async started(times: number): Promise<{ pid: number; config: string }> {
    await until(`start ${times}`, () => linesOf(this.#file('started')).length >= times);
    const pids = linesOf(this.#file('started'));
    expect(pids).toHaveLength(times);
    return { pid: Number(pids.at(-1)), config: readFileSync(this.#file('config'), 'utf8') };
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  #program(name: string, body: string): void {
    const path = join(this.#folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }
}

const isGone = (pid: number): boolean => {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
};

test.each([EDGE, GENERATED])('reads while there is room, and only delivers until there is again: %s', async (file) => {
  const guarded = new Guarded(300, file);
  const whole = readFileSync(file, 'utf8');
  const reading = await guarded.started(1);
  expect(reading.config).toBe(whole);
  guarded.free(99);
  const delivering = await guarded.started(2);
  expect(isGone(reading.pid)).toBe(true);
  const rest = parse(whole) as { pipeline: { inputs?: unknown } };
  delete rest.pipeline.inputs;
  expect(parse(delivering.config)).toEqual(rest);
  guarded.free(200);
  expect((await guarded.started(3)).config).toBe(whole);
  expect(isGone(delivering.pid)).toBe(true);
});

test('starts without reading where there is no room', async () => {
  expect((await new Guarded(99).started(1)).config).not.toContain('tail');
});

test('ends with the collector, and the collector with it', async () => {
  const first = new Guarded(300);
  process.kill((await first.started(1)).pid, 'SIGKILL');
  expect(await once(first.process, 'exit')).toEqual([128 + 9, null]);
  const second = new Guarded(300);
  const { pid } = await second.started(1);
  second.process.kill('SIGTERM');
  expect(await once(second.process, 'exit')).toEqual([128 + 15, null]);
  expect(isGone(pid)).toBe(true);
});

test('refuses a configuration it cannot take the inputs out of', async () => {
  const guarded = new Guarded(300, GUARD);
  expect(await once(guarded.process, 'exit')).toEqual([1, null]);
});
