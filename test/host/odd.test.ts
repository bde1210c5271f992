import { describe, expect, test } from 'vitest';
import { FilterWasm, HostModule } from '../../src/host/index.ts';
import { numbered } from '../support/contract.ts';
import { ODD_REPLIES, ODD_VALUES, UNSPEAKABLE_VALUES } from '../support/odd.ts';
import { filterWasm, replies } from '../support/wat.ts';

const IDENTITY = filterWasm('(local.get $rec)');

describe.each([true, false])('with json.escape_unicode %s', (escapeUnicode) => {
  test.each([...ODD_VALUES, ...UNSPEAKABLE_VALUES])('a record with %s', (_, value, on, off = on) => {
    const host = new FilterWasm(new HostModule(IDENTITY), { escapeUnicode });
    const json = host.jsonIn(numbered(1, [['v', value]])).toString();
    expect(json).toBe(`{"n":"1","v":${escapeUnicode ? on : off}}`);
  });

  test.each(ODD_REPLIES)('a reply with %s', (_, reply, on, off) => {
    const whole = Buffer.concat([Buffer.from('{"v":'), Buffer.from(reply), Buffer.from('}')]);
    const host = new FilterWasm(new HostModule(replies(whole)), { escapeUnicode });
    const { records } = host.chunk('t', [{ seconds: 0, nanoseconds: 0, body: numbered(1) }]);
    const lines = on === null ? [] : [`{"v":${escapeUnicode ? on : (off ?? on)}}`];
    expect(records.map(({ body }) => host.jsonOut(body))).toEqual(lines);
  });
});
