import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Automaton,
  buildAutomaton,
  groupAutomata,
  type Pattern,
  PatternError,
} from '../../src/policy/automaton.ts';
import { escapeText } from '../../src/policy/image/builder.ts';

/** Ids of the patterns that match, as the engine walks the table. */
function run(automaton: Automaton, text: string, raw = false): readonly number[] {
  let state = automaton.start;
  const ids = new Set(automaton.found[state - automaton.firstFound]);
  for (const byte of Buffer.from(raw ? text : escapeText(text))) {
    if (isInside(automaton, state, byte)) continue;
    state = automaton.next[state * automaton.classes + automaton.classOf[byte]!]!;
    for (const id of automaton.found[state - automaton.firstFound] ?? []) ids.add(id);
  }
  for (const id of automaton.accept[state]!) ids.add(id);
  return [...ids].sort((a, b) => a - b);
}

/** Whether the state may pass over the byte. The engine passes over the bytes of a character beyond ASCII too. */
function isInside({ firstFound, firstSkip, skips }: Automaton, state: number, byte: number): boolean {
  const skip = state < firstFound ? skips[state - firstSkip] : undefined;
  return skip !== undefined && !skip.includes(byte);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** The same by `RegExp`. */
function oracle({ kind, text, ignoreCase }: Pattern): RegExp {
  const flags = `su${ignoreCase === true ? 'i' : ''}`;
  const plain = escaped(text);
  switch (kind) {
    case 'regex':
      return new RegExp(text, flags);
    case 'glob':
      return new RegExp(`^${text.split('*').map(escaped).join('.*')}$`, flags);
    case 'literal':
      return new RegExp(`^${plain}$`, flags);
    case 'prefix':
      return new RegExp(`^${plain}`, flags);
    case 'suffix':
      return new RegExp(`${plain}$`, flags);
    case 'contains':
      return new RegExp(plain, flags);
  }
}

const letter = fc.constantFrom('a', 'b', 'A', '"', '\\', '\n', 'é', '€', '😀', '.', '-');
const text = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(''));
const piece = fc.constantFrom(
  'a',
  'b',
  '[ab]',
  '[^a]',
  '.',
  'é',
  String.raw`\\`,
  '(?:a|b€)',
  String.raw`\x22`,
  '[€😀]',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}');
const regex = fc
  .tuple(
    fc.constantFrom('', '', '^', '^^'),
    fc.array(fc.tuple(piece, quantifier), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('', '', '$', '$$'),
  )
  .map(([start, parts, end]) => start + parts.map(([part, count]) => part + count).join('') + end);
const pattern = (id: number): fc.Arbitrary<Pattern> =>
  fc.oneof(
    fc.record({ kind: fc.constant('regex' as const), text: regex, id: fc.constant(id) }),
    fc.record({
      kind: fc.constantFrom('literal' as const, 'prefix' as const, 'suffix' as const, 'contains' as const),
      text: text.filter((each) => each !== ''),
      ignoreCase: fc.boolean(),
      id: fc.constant(id),
    }),
    fc.record({
      kind: fc.constant('glob' as const),
      text: fc.array(fc.oneof(letter, fc.constant('*')), { maxLength: 8 }).map((letters) => letters.join('')),
      id: fc.constant(id),
    }),
  );

describe('automata', () => {
  test.each(['set', 'first', 'found'] as const)('mode %s answers as RegExp does', (mode) => {
    fc.assert(
      fc.property(
        fc.tuple(pattern(0), pattern(1), pattern(2)),
        fc.array(text, { maxLength: 12 }),
        (patterns, texts) => {
          const automaton = buildAutomaton(patterns, { mode });
          for (const each of texts) {
            const matching = patterns.filter((one) => oracle(one).test(each)).map(({ id }) => id);
            expect([each, run(automaton, each)]).toEqual([each, mode === 'first' ? matching.slice(0, 1) : matching]);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('grouped by how the patterns begin, the least id of all answers as mode first does', () => {
    fc.assert(
      fc.property(
        fc.array(regex, { minLength: 1, maxLength: 6 }),
        fc.array(text, { maxLength: 12 }),
        fc.integer({ min: 1, max: 40 }),
        (sources, texts, states) => {
          const patterns = sources.map((source, id) => ({ kind: 'regex' as const, text: source, id }));
          const groups = groupAutomata(patterns, states);
          for (const each of texts) {
            const answers = groups.flatMap((automaton) => run(automaton, each));
            const matching = patterns.filter((one) => oracle(one).test(each)).map(({ id }) => id);
            expect([each, Math.min(...answers)]).toEqual([each, Math.min(...matching)]);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a state is passed over up to the byte that ends it', () => {
    const automaton = buildAutomaton([{ kind: 'regex', text: '^a[^b]*b', id: 0 }], { mode: 'first' });
    expect(automaton.skips).toEqual([['\\', 'b'].map((c) => c.charCodeAt(0))]);
    expect(run(automaton, 'a€é"\\\n😀b')).toEqual([0]);
    const raw = buildAutomaton([{ kind: 'regex', text: '^a[^b]*b', id: 0 }], { mode: 'first', raw: true });
    expect(raw.skips).toEqual([]);
    const euro = buildAutomaton([{ kind: 'regex', text: '^a[^b€]*b', id: 0 }], { mode: 'first' });
    expect(euro.skips).toEqual([]);
  });

  test('the states of `found` grow with the texts looked for, not with their combinations', () => {
    const patterns = Array.from({ length: 200 }, (_, id) => ({ kind: 'contains' as const, text: `word${id}.`, id }));
    const automaton = buildAutomaton(patterns, { mode: 'found' });
    expect(automaton.accept.length).toBeLessThan(800);
    expect(run(automaton, 'word7.word19.word199.word')).toEqual([7, 19, 199]);
  });

  test('reads plain text where it is asked to', () => {
    const automaton = buildAutomaton([{ kind: 'literal', text: '"\\', id: 0 }], { mode: 'first', raw: true });
    expect(run(automaton, '"\\', true)).toEqual([0]);
    expect(run(automaton, '"\\')).toEqual([]);
  });

  test.each([String.raw`(a*)\1`, '(?=a)b', String.raw`\ba`, '(', 'a{100000}{100000}'])('refuses %s', (source) => {
    expect(() => buildAutomaton([{ kind: 'regex', text: source, id: 0 }], { mode: 'set' })).toThrow(PatternError);
  });

  test('names the pattern that takes too many states', () => {
    const patterns: Pattern[] = [
      { kind: 'prefix', text: 'x', id: 0 },
      { kind: 'regex', text: '(?:a|b)*a(?:a|b){12}$', id: 1 },
    ];
    const build = (): Automaton => buildAutomaton(patterns, { mode: 'set', maxStates: 1000 });
    expect(build).toThrow('it takes more than 1000 states');
    expect(() => {
      try {
        build();
      } catch (error) {
        throw new Error((error as PatternError).pattern.text);
      }
    }).toThrow('(?:a|b)*a');
  });
});
