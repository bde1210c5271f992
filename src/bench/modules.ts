import { CommandError } from '../cli/terminal.ts';

/** Filters that do nothing, to see what the host alone costs. Their `malloc` gives two buffers a call, behind the reply. */
const filter = (body: string, data = ''): string => `(module
  (memory (export "memory") 4)
  ${data}
  (global $top (mut i32) (i32.const 65536))
  (func (export "malloc") (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $top))
    (global.set $top (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 15)) (i32.const -16)))
    (local.get $at))
  (func (export "free") (param i32) (global.set $top (i32.const 65536)))
  (func (export "filter")
    (param $tag i32) (param $tag_len i32) (param $sec i32) (param $nsec i32) (param $record i32) (param $len i32) (result i32)
    ${body}))`;

const REPLY_AT = 1024;

/** Answers every record with itself. */
export const identityModule = (): Promise<Uint8Array> => assemble(filter('(local.get $record)'));

/** Answers every record with this text, of at most 60 000 bytes. */
export function constantModule(reply: string): Promise<Uint8Array> {
  const bytes = [...Buffer.from(reply)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`);
  return assemble(filter(`(i32.const ${REPLY_AT})`, `(data (i32.const ${REPLY_AT}) "${bytes.join('')}\\00")`));
}

async function assemble(text: string): Promise<Uint8Array> {
  const { default: binaryen } = await import('binaryen').catch(() => {
    throw new CommandError('binaryen is not installed', 'run the bench in a checkout, after `npm install`');
  });
  const module = binaryen.parseText(text);
  try {
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}
