import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unzstd, ZstdError } from '../../src/run/zstd.ts';
import { LONG, RECORD_1, RECORD_2, SKIPPED, ZEROS } from '../support/zstd.ts';

async function contentOf(chunks: Iterable<Uint8Array>): Promise<string> {
  const plain: Buffer[] = [];
  for await (const chunk of unzstd(chunks)) plain.push(chunk);
  return Buffer.concat(plain).toString();
}

describe('zstd', () => {
  test('is the same however its bytes come', async () => {
    const whole = Buffer.concat([SKIPPED, RECORD_1, LONG, SKIPPED, RECORD_2]);
    const content = await contentOf([whole]);
    expect(content.length).toBeGreaterThan(500_000);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length)), async (places) => {
        const cuts = [0, ...places.toSorted((a, b) => a - b), whole.length];
        const chunks = cuts.slice(1).map((end, i) => whole.subarray(cuts[i], end));
        expect(await contentOf(chunks)).toBe(content);
      }),
      { numRuns: 30 },
    );
  });

  test('changed anywhere is found out, or means the same', async () => {
    const content = await contentOf([RECORD_1]);
    await fc.assert(
      fc.asyncProperty(fc.nat(RECORD_1.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const changed = Buffer.from(RECORD_1);
        changed[at]! ^= bits;
        const outcome = await contentOf([changed]).catch((error: Error) => error);
        if (!(outcome instanceof ZstdError)) expect(outcome).toBe(content);
      }),
      { numRuns: 300 },
    );
  });

  test('cut anywhere is found out', async () => {
    for (let end = 1; end < RECORD_2.length; end++)
      await expect(contentOf([RECORD_2.subarray(0, end)])).rejects.toMatchObject({ code: 'ZSTD_TRUNCATED' });
  });

  test('is decompressed only as far as it is read', async () => {
    let taken = 0;
    function* endless(): Generator<Buffer> {
      for (;;) {
        taken++;
        yield ZEROS;
      }
    }
    let size = 0;
    for await (const chunk of unzstd(endless())) {
      size += chunk.length;
      if (size > 6_000_000) break;
    }
    expect([taken, size < 6_200_000]).toEqual([2, true]);
  });

  test('of more sequences than a block has room for is refused at once', async () => {
    // 4 KiB stand for 65 thousand copies of 65 thousand bytes each: no decoder that bounds a block does them.
    const sequences = [0x00, 0xff, 0x00, 0x00, 0x54, 0, 0, 52, ...new Array<number>(4000).fill(0xff), 1];
    const header = Buffer.alloc(4);
    header.writeUInt32LE((sequences.length << 3) | 5);
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3, ...header.subarray(0, 3), ...sequences]);
    await expect(contentOf([frame])).rejects.toMatchObject({ code: 'ZSTD_DAMAGED' });
  });
});
