import { Detector } from '../../assembly/shared/detectors.ts';
import { ibanLengths } from '../policy/redact/triggers.ts';

/** A secret that was made up: what is planted, and the part of it that must not be seen again. */
export interface Secret {
  readonly kind: string;
  readonly text: string;
  readonly core: string;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
const ALNUM = `${UPPER}${UPPER.toLowerCase()}${DIGITS}`;

export class SecretMaker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = random(seed);
  }

  #pick(from: string, length: number): string {
    return Array.from({ length }, () => from[Math.floor(this.#random() * from.length)]!).join('');
  }

  /** The value of a key, as `key=value`. */
  keyed(key: string): Secret {
    const core = this.#pick(ALNUM, 14);
    return { kind: `key ${key}`, text: `${key.replaceAll('*', 'x')}=${core}`, core };
  }

  /** A secret the detector must recognize. */
  make(detector: Exclude<Detector, Detector.COUNT>): Secret {
    const { text, core } = this.#shape(detector);
    return { kind: Detector[detector]!, text, core };
  }

  #shape(detector: Exclude<Detector, Detector.COUNT>): { text: string; core: string } {
    const behind = (prefix: string, core: string, suffix = '') => ({ text: `${prefix}${core}${suffix}`, core });
    const word = (length: number): string => this.#pick(ALNUM, length);
    switch (detector) {
      case Detector.jwt:
        return behind(`${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(`{"sub":"${word(9)}"}`)}.`, word(43));
      case Detector.bearer:
        return behind('Bearer ', `${word(20)}7`);
      case Detector.basic:
        return behind(
          'Basic ',
          Buffer.from(`svc:${word(15)}`)
            .toString('base64')
            .replace(/=+$/, ''),
        );
      case Detector.aws_access_key:
        return behind('', `AKIA${this.#pick(UPPER + DIGITS, 16)}`);
      case Detector.aws_secret_key:
        return behind('aws_secret_access_key=', word(40));
      case Detector.gcp_api_key:
        return behind('', `AIza${word(35)}`);
      case Detector.azure_key:
        return behind('AccountKey=', word(86), '==');
      case Detector.github:
        return behind('', `ghp_${word(36)}`);
      case Detector.slack:
        return behind('', `xoxb-${this.#pick(DIGITS, 12)}-${word(24)}`);
      case Detector.stripe:
        return behind('', `sk_live_${word(24)}`);
      case Detector.private_key:
        return behind('-----BEGIN PRIVATE KEY-----', word(64), '-----END PRIVATE KEY-----');
      case Detector.payment_card:
        return behind('', withCheckDigit(`4${this.#pick(DIGITS, 14)}`));
      case Detector.iban:
        return behind('', iban('DE', this.#pick(DIGITS, ibanLengths.get('DE')! - 4)));
      case Detector.us_ssn:
        return behind('', `${this.#pick('12345', 3)}-${this.#pick('123456789', 2)}-${this.#pick('123456789', 4)}`);
      case Detector.email:
        return behind('', `${word(10)}@example.com`);
    }
  }
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const n = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (n > 9 ? n - 9 : n);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

function iban(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((c) => Number.parseInt(c, 36)).join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${account}`;
}
