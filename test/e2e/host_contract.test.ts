import { describe, expect, test } from 'vitest';
import { FilterWasm, HostModule } from '../../src/host/index.ts';
import { CASES, HEX, numbered } from '../support/contract.ts';
import { filterOf, withoutMemory } from '../support/filter.ts';
import { ODD_REPLIES, ODD_VALUES, UNSPEAKABLE_VALUES } from '../support/odd.ts';
import { replies } from '../support/wat.ts';
import { chunkOf, type FilterCase, inFluentBit } from './filters.ts';
import { FLUENT_BIT, WAMRC } from './support.ts';

function emulated(cases: readonly FilterCase[], escapeUnicode: boolean): Map<string, readonly string[]> {
  return new Map(
    cases.map(({ name, wasm, records }) => {
      const host = new FilterWasm(new HostModule(wasm), { escapeUnicode });
      return [name, host.chunk(name, chunkOf(records)).records.map(({ body }) => host.jsonOut(body))];
    }),
  );
}

describe.skipIf(!FLUENT_BIT).concurrent('a real collector does what the emulator does', () => {
  // What a collector does after it freed memory twice is not the same twice.
  const sound = CASES.filter(({ crash }) => crash === undefined);

  test('with every row of the contract', async () => {
    const { lines, exit } = await inFluentBit(sound, { escapeUnicode: true });
    expect(exit).toBe(0);
    expect(lines).toEqual(emulated(sound, true));
  });

  test.skipIf(!WAMRC)('with every row of the contract in native code', async () => {
    const { lines, exit } = await inFluentBit(sound, { escapeUnicode: true, compiled: true });
    expect(exit).toBe(0);
    expect(lines).toEqual(emulated(sound, true));
  });
});

describe.skipIf(!FLUENT_BIT).concurrent.each([true, false])('with json.escape_unicode %s', (escapeUnicode) => {
  test('a real collector reads and writes as the emulator does', async () => {
    const values = [...ODD_VALUES, ...UNSPEAKABLE_VALUES];
    const names = ODD_REPLIES.map((_, i) => `reply${i}`);
    const cases = [
      { name: 'in', wasm: HEX, records: values.map(([, value], i) => numbered(i, [['v', value]])) },
      ...ODD_REPLIES.map(([, reply], i) => ({
        name: names[i]!,
        wasm: replies(Buffer.concat([Buffer.from('{"v":'), Buffer.from(reply), Buffer.from('}')])),
        records: [numbered(i)],
      })),
    ];
    const { lines } = await inFluentBit(cases, { escapeUnicode });
    const spoken = lines.get('in')!.map((line) => (JSON.parse(line) as { hex: string }).hex);
    expect(spoken.map((hex) => Buffer.from(hex, 'hex').toString())).toEqual(
      values.map(([, , on, off], i) => `{"n":"${i}","v":${escapeUnicode ? on : (off ?? on)}}`),
    );
    expect(names.map((name) => lines.get(name)!.join())).toEqual(
      ODD_REPLIES.map(([, , on, off]) => (on === null ? '' : `{"v":${escapeUnicode ? on : (off ?? on)}}`)),
    );
  });

  test('the filter makes the same of odd records, in both', async () => {
    const wasm = filterOf('samples', 'policy.yaml');
    const values = [...ODD_VALUES, ...UNSPEAKABLE_VALUES].map(([, value]) => value);
    const large = escapeUnicode ? 2 ** 20 : 2 ** 24;
    const deep = Array.from({ length: 20 }, (_, i) => `{"eventName":${'['.repeat(i + 40)}${']'.repeat(i + 40)}}`);
    const cases = [
      { name: 'nobody', wasm, records: values.map((v, i) => numbered(i, [['log', v]])) },
      {
        name: 'alb',
        wasm,
        records: values.map((v, i) =>
          numbered(i, [
            ['log', 'x'],
            ['v', v],
          ]),
        ),
      },
      { name: 'cloudtrail', wasm, records: deep.map((log, i) => numbered(i, [['log', log]])) },
      { name: 'large', wasm, records: [numbered(0, [['log', `${'x'.repeat(large)}é"`]])] },
      { name: 'haproxy', wasm: withoutMemory(wasm), records: [numbered(0), numbered(1)] },
    ];
    const { lines } = await inFluentBit(cases, { escapeUnicode });
    expect(cases.map(({ name }) => lines.get(name)!.length)).toEqual(cases.map(({ records }) => records.length));
    expect(lines).toEqual(emulated(cases, escapeUnicode));
  });
});
