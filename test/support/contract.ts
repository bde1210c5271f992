import { HostMap, type HostValue } from '../../src/host/index.ts';
import { filterWasm, type Reply, replies } from './wat.ts';

/** A filter, what it is given, and what comes of it: by the embedded host, and by a real collector. */
export interface ContractCase {
  /** Also the tag. */
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly records: readonly HostMap[];
  /** A letter per record: kept, unchanged, dropped or lost. */
  readonly fates: string;
  readonly lines: readonly string[];
  /** The record at which the host frees memory twice. */
  readonly crash?: number;
}

/** A record that tells its place. */
export function numbered(i: number, more: readonly (readonly [string, HostValue])[] = []): HostMap {
  return new HostMap([['n', String(i)], ...more]);
}

const FOUR = [1, 2, 3, 4].map((i) => numbered(i));
const LINES = FOUR.map((_, i) => `{"n":"${i + 1}"}`);
const IDENTITY = '(local.get $rec)';
const MALLOC_0 =
  '(func (export "malloc") (param i32) (result i32) (i32.const 0)) (func (export "free") (param i32) (unreachable))';
const MALLOC_TRAPS =
  '(func (export "malloc") (param i32) (result i32) (unreachable)) (func (export "free") (param i32))';
const FREE_TRAPS =
  '(func (export "malloc") (param i32) (result i32) (i32.const 4096)) (func (export "free") (param i32) (unreachable))';
const LAST_BYTE = '(i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 1))';

/** `{"rec":…,"len":…}` as five digits each: what the function was called with. */
const ARGUMENTS = {
  body: `(call $digits (i32.const 1032) (i32.ne (local.get $rec) (i32.const 0)))
    (call $digits (i32.const 1046) (local.get $len)) (i32.const 1024)`,
  globals: `(func $digits (param $at i32) (param $value i32)
    (local $i i32)
    (local.set $i (i32.const 5))
    (loop $next
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (i32.store8 (i32.add (local.get $at) (local.get $i)) (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
      (local.set $value (i32.div_u (local.get $value) (i32.const 10)))
      (br_if $next (local.get $i))))`,
  data: [[1024, '{"rec":"xxxxx","len":"xxxxx"}']] as const,
};
const argumentsOf = (allocator?: string): Uint8Array =>
  filterWasm(ARGUMENTS.body, {
    globals: ARGUMENTS.globals,
    data: ARGUMENTS.data,
    ...(allocator === undefined ? {} : { allocator }),
  });

/** A filter that replies with the bytes it was given, in hexadecimal. */
export const HEX = filterWasm(
  `(local $i i32) (local $out i32) (local $byte i32)
    (local.set $out (i32.add (local.get $rec) (i32.add (local.get $len) (i32.const 1))))
    (if (i32.gt_u (i32.add (local.get $out) (i32.add (i32.mul (local.get $len) (i32.const 2)) (i32.const 16))) (i32.shl (memory.size) (i32.const 16)))
      (then (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $len) (i32.const 15)))))))
    (i64.store (local.get $out) (i64.const 0x223a2278_6568227b))
    (local.set $out (i32.add (local.get $out) (i32.const 8)))
    (loop $next
      (local.set $byte (i32.load8_u (i32.add (local.get $rec) (local.get $i))))
      (i32.store8 (local.get $out) (i32.load8_u (i32.add (i32.const 1024) (i32.shr_u (local.get $byte) (i32.const 4)))))
      (i32.store8 offset=1 (local.get $out) (i32.load8_u (i32.add (i32.const 1024) (i32.and (local.get $byte) (i32.const 15)))))
      (local.set $out (i32.add (local.get $out) (i32.const 2)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (local.get $len))))
    (i32.store (local.get $out) (i32.const 0x7d22))
    (i32.sub (local.get $out) (i32.add (i32.mul (local.get $len) (i32.const 2)) (i32.const 8)))`,
  { data: [[1024, '0123456789abcdef']] },
);

function scripted(name: string, list: readonly Reply[], fates: string, lines: string[], crash?: number): ContractCase {
  return { name, wasm: replies(...list), records: FOUR, fates, lines, ...(crash === undefined ? {} : { crash }) };
}

function plain(name: string, wasm: Uint8Array, fates: string, lines: string[], records = FOUR): ContractCase {
  return { name, wasm, records, fates, lines };
}

/** A reply of so many levels, the record itself being the first. */
const deep = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

/** Text `n` long in a record whose JSON is `length` bytes long. */
const sized = (length: number): HostMap => numbered(1, [['t', 'x'.repeat(length - '{"n":"1","t":""}'.length)]]);

export const CASES: readonly ContractCase[] = [
  plain('identity', filterWasm(IDENTITY), 'uuuu', LINES),
  scripted('constant', ['{"a":1}', '{"a":1}', '{"a":1}', '{"a":1}'], 'kkkk', Array(4).fill('{"a":1}')),
  scripted('trap', ['{"a":1}', 'trap', '{"a":3}'], 'klku', ['{"a":1}', '{"a":3}', LINES[3]!]),
  scripted('zero', ['{"a":1}', 0, '{"a":3}'], 'klku', ['{"a":1}', '{"a":3}', LINES[3]!]),
  plain(
    'zero_with_text_there',
    filterWasm('(i32.const 0)', { data: [[0, '{"at":0}']] }),
    'kkkk',
    Array(4).fill('{"at":0}'),
  ),
  scripted('empty', ['{"a":1}', '', '{"a":3}'], 'kdku', ['{"a":1}', '{"a":3}', LINES[3]!]),
  scripted('blank', [' \n', '{"a":2}', '\t', '{"a":4}'], 'lklk', ['{"a":2}', '{"a":4}']),
  scripted('invalid_first', ['{"a":', '{"a":2}'], 'lkuu', ['{"a":2}', LINES[2]!, LINES[3]!]),
  scripted('array', ['{"a":1}', '[1]', '{"a":3}'], 'klku', ['{"a":1}', '{"a":3}', LINES[3]!]),
  scripted('text', ['{"a":1}', '"x"', '{"a":3}'], 'klku', ['{"a":1}', '{"a":3}', LINES[3]!]),
  scripted('number', ['7', 'null', '{"a":3}'], 'llku', ['{"a":3}', LINES[3]!]),
  scripted('nan', ['{"a":nan}', '{"a":2}'], 'lkuu', ['{"a":2}', LINES[2]!, LINES[3]!]),
  scripted('inf', ['{"a":inf}', '{"a":1e999}', '{"a":-1e999}', '{"a":4}'], 'lllk', ['{"a":4}']),
  scripted('two_values', ['{"a":1}', '{"a":2}{"b":2}', '{"a":3}'], 'kkll', ['{"a":1}', '{"a":2}']),
  scripted('two_lines', ['{"a":1}\n{"b":1}'], 'klll', ['{"a":1}']),
  scripted('stray_number', ['{"a":1}7'], 'klll', ['{"a":1}']),
  scripted(
    'junk_behind',
    ['{"a":1} x', '{"a":2}]', '{"a":3}{bad', '{"a":4} \n'],
    'kkkk',
    [1, 2, 3, 4].map((i) => `{"a":${i}}`),
  ),
  scripted('outside_memory', ['{"a":1}', 0x7fffffff, '{"a":3}', '{"a":3}'], 'kllk', ['{"a":1}', '{"a":3}']),
  scripted('too_deep', [deep(63), deep(64), '{"a":3}'], 'klll', [deep(63)]),
  plain('unterminated_text', filterWasm(`(i32.store8 ${LAST_BYTE} (i32.const 65)) ${LAST_BYTE}`), 'llll', []),
  plain('malloc_0', argumentsOf(MALLOC_0), 'kkkk', Array(4).fill('{"rec":"00000","len":"00009"}')),
  plain(
    'malloc_traps',
    filterWasm('(i32.const 1024)', { allocator: MALLOC_TRAPS, data: [[1024, '{"a":1}']] }),
    'llll',
    [],
  ),
  plain(
    'free_traps',
    filterWasm('(i32.const 1024)', { allocator: FREE_TRAPS, data: [[1024, '{"a":1}']] }),
    'klkl',
    Array(2).fill('{"a":1}'),
  ),
  plain('no_malloc', filterWasm(IDENTITY, { allocator: '' }), 'uuuu', LINES),
  plain(
    'no_malloc_sizes',
    argumentsOf(''),
    'kkkk',
    [
      '{"rec":"00001","len":"08154"}',
      '{"rec":"00001","len":"08155"}',
      '{"rec":"00000","len":"08156"}',
      '{"rec":"00000","len":"09000"}',
    ],
    [8154, 8155, 8156, 9000].map(sized),
  ),
  scripted('double_free', ['{"a":1}', '{"a":', '{"a":3}'], 'klku', ['{"a":1}', '{"a":3}', LINES[3]!], 1),
  scripted('double_free_after_array', ['[1]', '{"a":'], 'lluu', [LINES[2]!, LINES[3]!], 1),
  scripted('double_free_after_drop', ['{"a":1}', '', 'trap', '}'], 'kdll', ['{"a":1}'], 3),
  scripted('blank_saves', ['{"a":1}', ' ', '}', '{"a":4}'], 'kllk', ['{"a":1}', '{"a":4}']),
];
