import type { Text } from '../document/text.ts';
import { EXTRA_TARGET, type NotationFile, type TargetSpec } from './format_shape.ts';
import type { Item } from './items.ts';

/** A variable, or several variables and the text between them, that mean one thing. */
export interface Part {
  readonly kind: 'variable';
  readonly name: Text;
  readonly spec: TargetSpec;
  readonly quoted: boolean;
}
/** Text that may stand there or not; `ahead`: that what follows begins with. */
export interface Maybe {
  readonly kind: 'optional' | 'ahead';
  readonly text: string;
  readonly at: Text;
}
export type Piece = Part | Maybe | Extract<Item, { kind: 'literal' }>;

/** Items a composite may span: `$request_method $request_uri $server_protocol` is five. */
const COMPOSITE_MAX = 5;

/** What the variables of one notation mean. */
export class Notation {
  readonly file: NotationFile;
  readonly #variables: ReadonlyMap<string, TargetSpec>;

  constructor(file: NotationFile) {
    this.file = file;
    this.#variables = new Map(file.variables.map(({ key, value }) => [key.value, value]));
  }

  /** What a variable means; one that is not listed is a capture without a field. */
  spec({ name, also = [] }: { readonly name: string; readonly also?: readonly string[] }): TargetSpec {
    for (const each of [name, ...also]) {
      const found = this.#variables.get(each);
      if (found !== undefined) return found;
    }
    return EXTRA_TARGET;
  }

  /** Looks every variable up, composites first; what is not listed is a capture without a field. */
  pieces(items: readonly Item[]): Piece[] {
    const pieces: Piece[] = [];
    for (let i = 0; i < items.length; ) {
      const item = items[i]!;
      const composite = item.kind === 'variable' ? this.#composite(items, i) : undefined;
      if (item.kind === 'literal') pieces.push(item);
      else if (composite !== undefined) pieces.push(composite.part);
      else {
        const part: Part = { kind: 'variable', name: named(item), spec: this.spec(item), quoted: item.quoted };
        pieces.push(...(endsAtBlank(items[i + 1]) ? partsOfRequest(part) : [part]));
      }
      i += composite?.length ?? 1;
    }
    return pieces;
  }

  #composite(items: readonly Item[], start: number): { part: Part; length: number } | undefined {
    for (let length = COMPOSITE_MAX; length > 1; length--) {
      const run = items.slice(start, start + length);
      const last = run.at(-1)!;
      if (run.length < length || last.kind !== 'variable') continue;
      const written = run.map((each) => (each.kind === 'literal' ? each.text : each.at.value)).join('');
      const spec = this.#variables.get(written);
      const next = items[start + length];
      if (spec === undefined || (next?.kind === 'literal' && holds(run, next.text))) continue;
      const first = run[0]!.at;
      return { part: { kind: 'variable', name: first.renamed(written), spec, quoted: false }, length };
    }
    return undefined;
  }
}

/** Whether a piece of text between the variables would be taken for the end of them all. */
const holds = (run: readonly Item[], until: string): boolean =>
  run.some((item) => item.kind === 'literal' && item.text.includes(until));

const named = (item: Extract<Item, { kind: 'variable' }>): Text => item.at.renamed(item.name);

const endsAtBlank = (next: Item | undefined): boolean => next?.kind === 'literal' && next.text.startsWith(' ');

/** A request line holds blanks: one that ends at a blank is read as its three parts. */
function partsOfRequest(part: Part): Piece[] {
  const [to] = part.spec.to;
  if (to?.value !== 'http.request.line' || part.quoted) return [part];
  const paths = ['http.request.method', 'http.request.target', 'http.version'];
  return paths.flatMap((path, i) => [
    ...(i === 0 ? [] : [{ kind: 'literal' as const, text: ' ', at: part.name }]),
    { ...part, spec: { ...part.spec, to: [to.renamed(path)], cut: false } },
  ]);
}
