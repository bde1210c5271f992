import { Detector } from '../../../assembly/shared/detectors.ts';
import { ibanLengths, TRIGGERS } from '../redact/triggers.ts';

/** Bounds of a secret. */
export type Found = readonly [start: number, end: number];

/** Looks at a text where a trigger begins at `at`; `behind`: where it ends. */
type Look = (text: string, at: number, behind: number) => Found | undefined;

/** The expression matched at a position, and what stands in front of it. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  const sticky = new RegExp(pattern.source, `y${pattern.flags}`);
  sticky.lastIndex = at;
  return sticky.exec(text);
}

const whole =
  (pattern: RegExp): Look =>
  (text, at) => {
    const match = matchAt(pattern, text, at);
    return match === null ? undefined : [at, at + match[0].length];
  };

/** The part of the match behind the trigger. */
const rest =
  (pattern: RegExp): Look =>
  (text, at, behind) => {
    const match = matchAt(pattern, text, at);
    return match === null ? undefined : [behind, at + match[0].length];
  };

const LOOKS: Readonly<Record<Exclude<Detector, Detector.COUNT>, readonly Look[]>> = {
  [Detector.jwt]: [whole(/(?<![\w-])(?=[\w-]{10})[\w-]+(?:\.[\w-]*){2}(?:\.[\w-]*){0,2}/)],
  [Detector.bearer]: [bearer],
  [Detector.basic]: [basic, rest(/:\/\/(?=[^@]{0,255}@)(?=[^@]*:)[^@\0-\x20"'/?#]+(?=@)/)],
  [Detector.aws_access_key]: [whole(/(?<![A-Za-z0-9])[A-Z]{4}[A-Z0-9]{16}(?![A-Za-z0-9])/)],
  [Detector.aws_secret_key]: [awsSecret],
  [Detector.gcp_api_key]: [whole(/(?<![\w-])AIza[\w-]{35}(?![\w-])/)],
  [Detector.azure_key]: [rest(/accountkey=[A-Za-z0-9+/=]{40,}/i), rest(/(?<![\w.~-])sig=[\w+/=%-]{20,}/i)],
  [Detector.github]: [whole(/(?<![\w-])gh._[A-Za-z0-9]{36,}/), whole(/(?<![\w-])github_pat_[\w-]{22,}/)],
  [Detector.slack]: [whole(/(?<![\w-])xox.-[\w-]{10,}/), rest(/hooks\.slack\.com\/[\w+/-]{20,}/i)],
  [Detector.stripe]: [whole(/(?<![\w-])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/)],
  [Detector.private_key]: [whole(privateKey())],
  [Detector.payment_card]: [card],
  [Detector.iban]: [iban],
  [Detector.us_ssn]: [whole(/(?<![\d_-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?!\d)/)],
  [Detector.email]: [email],
};

/** From its first line to its last, or to where it is cut. */
function privateKey(): RegExp {
  const head = `-----BEGIN (?=[A-Z0-9 ]{0,47}-)(?=[A-Z0-9 ]*PRIVATE KEY)[A-Z0-9 ]*(?=-)`;
  const body = String.raw`(?:(?!-----END )[\w+/=\- \t-\r\\,:.])*`;
  return new RegExp(`${head}${body}(?:-----END [A-Z ]*-*)?`);
}

/** Everything one detector finds in a text. Finds do not overlap. */
export function detect(detector: Detector, text: string): Found[] {
  const triggers = TRIGGERS.filter((each) => each.detector === detector);
  const starts = triggers.flatMap((trigger) => {
    const source = trigger.regex ? trigger.text : trigger.text.replace(/[.]/g, '\\.');
    const pattern = new RegExp(`(?=${source})`, trigger.ignoreCase ? 'gi' : 'g');
    return [...text.matchAll(pattern)].map(({ index }) => ({ index, trigger }));
  });
  starts.sort((a, b) => a.index + a.trigger.length - (b.index + b.trigger.length));
  const found: Found[] = [];
  let last = 0;
  for (const { index, trigger } of starts) {
    if (index < last) continue;
    const looks = LOOKS[detector as Exclude<Detector, Detector.COUNT>];
    const match = looks[trigger.variant]!(text, index, index + trigger.length);
    if (match === undefined) continue;
    found.push(match);
    last = match[1];
  }
  return found;
}

function bearer(text: string, at: number): Found | undefined {
  const match = matchAt(/(?<![A-Za-z0-9])bearer[ \t+]+([\w+/=.~-]+)/i, text, at);
  const token = match?.[1];
  if (token === undefined || token.length < 8 || (token.length < 24 && /^[A-Za-z]*$/.test(token))) return undefined;
  const end = at + match![0].length;
  return [end - token.length, end];
}

function basic(text: string, at: number): Found | undefined {
  const match = matchAt(/(?<![A-Za-z0-9])basic[ \t+]+([\w+/-]+)(=*)/i, text, at);
  if (match === null) return undefined;
  const decoded = Buffer.from(match[1]!, 'base64');
  const control = decoded.findIndex((byte) => byte < 0x20 || byte === 0x7f);
  if (!decoded.subarray(0, control < 0 ? decoded.length : control).includes(':')) return undefined;
  const end = at + match[0].length;
  return [end - match[1]!.length - match[2]!.length, end];
}

function awsSecret(text: string, _at: number, behind: number): Found | undefined {
  const match = matchAt(/([^A-Za-z0-9]{1,12}?)(?=[A-Za-z0-9+/])[A-Za-z0-9+/=]{40,}/, text, behind);
  return match === null ? undefined : [behind + match[1]!.length, behind + match[0].length];
}

const ISSUERS: readonly (readonly [prefix: RegExp, lengths: (n: number) => boolean])[] = [
  [/^4/, (n) => [13, 16, 19].includes(n)],
  [/^3[47]/, (n) => n === 15],
  [/^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/, (n) => n === 16],
  [/^(?:3[689]|30[0-5])/, (n) => n >= 14],
  [/^(?:352[89]|35[3-8]\d)/, (n) => n >= 16],
  [/^(?:6011|65|64[4-9]|62)/, (n) => n >= 16],
  [/^(?:50|5[6-8]|63|67)/, () => true],
];

function card(text: string, at: number): Found | undefined {
  const digits = matchAt(/(?<!\d)\d(?:[ +-]?\d){11,18}/, text, at);
  if (digits === null) return undefined;
  let number = '';
  let best: Found | undefined;
  for (let p = at; p < at + digits[0].length; p++) {
    if (!/\d/.test(text[p]!)) continue;
    number += text[p];
    if (number.length < 12 || /\d/.test(text[p + 1] ?? '')) continue;
    const issued = ISSUERS.find(([prefix]) => prefix.test(number))?.[1](number.length) ?? false;
    if (issued && passesLuhn(number)) best = [at, p + 1];
  }
  return best;
}

function passesLuhn(number: string): boolean {
  const doubled = [...number].reverse().map((digit, i) => Number(digit) * (i % 2 === 0 ? 1 : 2));
  return doubled.reduce((sum, n) => sum + (n > 9 ? n - 9 : n), 0) % 10 === 0;
}

function iban(text: string, at: number): Found | undefined {
  const length = ibanLengths.get(text.slice(at, at + 2));
  if (length === undefined) return undefined;
  const pattern = new RegExp(`(?<![A-Za-z0-9])[A-Z]{2}\\d\\d(?: ?[A-Z0-9]){${length - 4}}(?![A-Za-z0-9])`);
  const match = matchAt(pattern, text, at);
  if (match === null) return undefined;
  const compact = match[0].replaceAll(' ', '');
  const digits = [...compact.slice(4), ...compact.slice(0, 4)].map((c) => Number.parseInt(c, 36)).join('');
  return BigInt(digits) % 97n === 1n ? [at, at + match[0].length] : undefined;
}

function email(text: string, at: number): Found | undefined {
  const local = /[\w.%+-]{1,64}$/.exec(text.slice(Math.max(0, at - 64), at))?.[0];
  const domain = /^[\w.-]{0,253}/.exec(text.slice(at + 1, at + 254))![0];
  const match = /^(.+\.[A-Za-z]{2,})[^A-Za-z]*$/.exec(domain);
  return local === undefined || match === null ? undefined : [at - local.length, at + 1 + match[1]!.length];
}
