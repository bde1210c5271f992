import binaryen from 'binaryen';

/** A module of WebAssembly text. */
export function wasm(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    if (!module.validate()) throw new Error('the module is not valid');
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** Its own `malloc`: two buffers a call, from 64 KiB on; `free` gives them back. */
const ALLOCATOR = `
  (global $top (mut i32) (i32.const 65536))
  (func (export "malloc") (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $top))
    (global.set $top (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 15)) (i32.const -16)))
    (if (i32.gt_u (global.get $top) (i32.shl (memory.size) (i32.const 16)))
      (then (drop (memory.grow (i32.add (i32.const 1) (i32.shr_u (local.get $size) (i32.const 16)))))))
    (local.get $at))
  (func (export "free") (param i32) (global.set $top (i32.const 65536)))`;

const SIGNATURE =
  '(param $tag i32) (param $tag_len i32) (param $sec i32) (param $nsec i32) (param $rec i32) (param $len i32) (result i32)';

export interface WatOptions {
  /** Definitions beside the filter; its own allocator if left out. */
  readonly allocator?: string;
  /** Bytes at addresses, NUL-terminated. */
  readonly data?: readonly (readonly [address: number, text: string | Uint8Array])[];
  readonly pages?: number;
  readonly globals?: string;
}

/** A filter whose body is \`body\`. */
export function filterWasm(body: string, options: WatOptions = {}): Uint8Array {
  const data = (options.data ?? []).map(([address, text]) => `(data (i32.const ${address}) "${bytes(text)}\\00")`);
  return wasm(`(module
  (memory (export "memory") ${options.pages ?? 2})
  ${data.join('\n  ')}
  ${options.allocator ?? ALLOCATOR}
  ${options.globals ?? ''}
  (func (export "filter") ${SIGNATURE}
    ${body}))`);
}

/** Text, an address, or a trap. */
export type Reply = string | Uint8Array | number | 'trap';

/** A filter that gives its n-th call the n-th reply, and answers the record itself behind the last. */
export function replies(...list: readonly Reply[]): Uint8Array {
  const data: [number, string | Uint8Array][] = [];
  let at = 1024;
  const cases = list.map((reply, i) => {
    let result = '(unreachable)';
    if (typeof reply === 'number') result = `(return (i32.const ${reply}))`;
    else if (reply !== 'trap') {
      data.push([at, reply]);
      result = `(return (i32.const ${at}))`;
      at += Buffer.byteLength(reply) + 1;
    }
    return `(if (i32.eq (global.get $calls) (i32.const ${i + 1})) (then ${result}))`;
  });
  const body = `(global.set $calls (i32.add (global.get $calls) (i32.const 1)))\n    ${cases.join('\n    ')}\n    (local.get $rec)`;
  return filterWasm(body, { data, globals: '(global $calls (mut i32) (i32.const 0))' });
}

function bytes(text: string | Uint8Array): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
}
