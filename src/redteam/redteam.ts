import { Detector } from '../../assembly/shared/detectors.ts';
import { Field } from '../../assembly/shared/fields.ts';
import type { BuiltFilter } from '../filter.ts';
import { FilterInstance } from '../host/index.ts';
import { FIELDS, type FieldName } from '../policy/fields.ts';
import { evaluate } from '../policy/reference/index.ts';
import { type Secret, SecretMaker } from './secrets.ts';

/** A secret that was still in the output. */
export interface Leak {
  readonly kind: string;
  /** Field it was planted in, `record` beside the line. */
  readonly place: string;
  readonly encoding: string;
  /** Number of the line among those tried, from 1. */
  readonly line: number;
}

export interface RedteamResult {
  readonly planted: number;
  readonly kinds: readonly string[];
  readonly leaks: readonly Leak[];
}

export interface RedteamOptions {
  readonly seed: number;
  /** Plant every kind of secret, not only those the policy's rules name. */
  readonly all: boolean;
}

/** A line of a sample and the tag of its records. */
export interface TaggedLine {
  readonly tag: string;
  readonly line: string;
}

const TIME_SEC = 1_770_000_000;
const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  url: encodeURIComponent,
  'url, every byte': (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
  'url, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
};

/** Plants secrets into every field of the lines and looks for them in what the filter makes of that. */
export function redteam(filter: BuiltFilter, lines: readonly TaggedLine[], options: RedteamOptions): RedteamResult {
  const instance = new FilterInstance(filter.wasm);
  const maker = new SecretMaker(options.seed);
  const makers = secretsOf(filter, maker, options.all);
  const leaks: Leak[] = [];
  let planted = 0;
  for (const [i, { tag, line }] of lines.entries()) {
    for (const { place, put } of placesOf(filter, tag, line)) {
      for (const [encoding, encode] of Object.entries(ENCODINGS)) {
        for (const make of makers) {
          const secret = make();
          planted++;
          const record = Buffer.from(JSON.stringify(put(encode(secret.text))));
          const answer = instance.call(Buffer.from(tag), TIME_SEC, 0, record);
          const output = 'output' in answer ? Buffer.from(answer.output).toString() : '';
          if (shows(output, secret.core)) leaks.push({ kind: secret.kind, place, encoding, line: i + 1 });
        }
      }
    }
  }
  return { planted, kinds: makers.map((make) => make().kind), leaks };
}

/** What the policy promises to find everywhere, in every record: rules without fields and without a condition. */
function secretsOf(filter: BuiltFilter, maker: SecretMaker, all: boolean): (() => Secret)[] {
  const rules = (filter.plan.redact ?? []).filter(({ find, when }) => find && !find.slots && when === 'true');
  const every = Object.values(Detector).filter((id): id is Detector => typeof id === 'number');
  const wanted = new Set(all ? every : rules.flatMap(({ find }) => find!.detectors));
  const detectors = [...wanted].filter((id): id is Exclude<Detector, Detector.COUNT> => id !== Detector.COUNT);
  const keys = rules.flatMap(({ find }) => find!.keys);
  return [...detectors.map((id) => () => maker.make(id)), ...keys.map((key) => () => maker.keyed(key))];
}

interface Place {
  readonly place: string;
  /** The record with a text planted there. */
  readonly put: (text: string) => object;
}

/** Everywhere the line says something, its end, and a key beside it. */
function placesOf({ plan }: BuiltFilter, tag: string, line: string): Place[] {
  const record = Buffer.from(JSON.stringify({ log: line }));
  const { line: inner = line, spans, event } = evaluate(plan, { tag, timeSec: TIME_SEC, timeNsec: 0, record });
  const head = line.slice(0, line.length - inner.length);
  const isJson = inner.startsWith('{');
  // A flag is read off a character, and holds no text.
  const texts = [...spans].filter(([slot]) => typeof event.get(slot) !== 'boolean');
  const within = texts.map(([slot, { start, end }]): Place => {
    const put = (text: string): object => {
      // A path without its slash would be a part of the host.
      const path = inner[start] === '/' ? `/${text}` : text;
      const written = isJson ? JSON.stringify(path).slice(1, -1) : path;
      return { log: `${head}${inner.slice(0, start)}${written}${inner.slice(end)}` };
    };
    return { place: FIELDS[Field[slot] as FieldName]?.path ?? Field[slot] ?? 'unmapped', put };
  });
  return [
    ...within,
    {
      place: 'url.query',
      put: (text) => ({ log: line.replace(/(\/[^ "?]*)\??([^ "]*) HTTP\//, `$1?q=${dollars(text)}&$2 HTTP/`) }),
    },
    { place: 'end of the line', put: (text) => ({ log: isJson ? line : `${line} ${text}` }) },
    { place: 'record', put: (text) => ({ log: line, note: text }) },
  ];
}

const dollars = (text: string): string => text.replaceAll('$', '$$$$');

/** Whether the text can be read out of the output, as it is or URL-decoded. */
function shows(output: string, core: string): boolean {
  let text = output;
  for (let level = 0; level < 3; level++) {
    if (text.includes(core)) return true;
    text = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return false;
}
