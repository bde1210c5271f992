import { isUtf8 } from 'node:buffer';

/** How the collector's `json.escape_unicode` is set: `true` writes what is not ASCII as `\uXXXX`. */
export type EscapeUnicode = boolean;

const REPLACEMENT = '\ufffd';

/** Text as the collector writes it in JSON, with its quotes. Bytes that are no UTF-8 do not survive. */
export function jsonText(text: string | Uint8Array, escapeUnicode: EscapeUnicode): string {
  if (typeof text === 'string') return quoted(text.toWellFormed(), escapeUnicode);
  if (isUtf8(text)) return quoted(utf8(text), escapeUnicode);
  return escapeUnicode ? escapedByParts(text) : quoted(replacedByBytes(text), false);
}

function quoted(text: string, escapeUnicode: EscapeUnicode): string {
  let json = JSON.stringify(text);
  if (json.includes('\x7f')) json = json.replaceAll('\x7f', '\\u007f');
  return escapeUnicode ? json.replace(/[^\0-\x7f]+/g, unicodeEscapes) : json;
}

function unicodeEscapes(text: string): string {
  let escapes = '';
  for (let i = 0; i < text.length; i++) escapes += `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return escapes;
}

function utf8(bytes: Uint8Array): string {
  return (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString();
}

/** `json.escape_unicode: off`: every byte of no character becomes U+FFFD. */
function replacedByBytes(bytes: Uint8Array): string {
  let text = '';
  for (let p = 0; p < bytes.length; ) {
    const length = sequenceLength(bytes[p]!);
    const character = bytes.subarray(p, p + length);
    const sound = character.length === length && isUtf8(character);
    text += sound ? utf8(character) : REPLACEMENT;
    p += sound ? length : 1;
  }
  return text;
}

/** What the first byte of a character says about its length. Continuation bytes stand for themselves. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  if (first < 0xf8) return 4;
  return first < 0xfc ? 5 : 6;
}

/**
 * `json.escape_unicode: on`, where `char` is signed (x86): a byte of no character becomes U+E0xx, unescaped. The first bytes of a character
 * cut off at the end vanish. Overlong forms count as the character they spell.
 */
function escapedByParts(bytes: Uint8Array): string {
  let json = '"';
  for (let p = 0; p < bytes.length; ) {
    const length = sequenceLength(bytes[p]!);
    if (bytes[p]! < 0x80) json += quoted(String.fromCharCode(bytes[p]!), true).slice(1, -1);
    else if (p + length <= bytes.length) {
      const { codepoint, good } = decode(bytes.subarray(p, p + length));
      if (good === length) json += unicodeEscapes(String.fromCodePoint(codepoint));
      else {
        const bad = Math.max(good, 1);
        for (const byte of bytes.subarray(p, p + bad)) json += String.fromCharCode(0xe000 + byte);
        p += bad;
        continue;
      }
      p += length - 1;
    }
    p++;
  }
  return `${json}"`;
}

/** The collector's decoder: `good` bytes were accepted, all of them if the character is. */
function decode(bytes: Uint8Array): { codepoint: number; good: number } {
  const { length } = bytes;
  if (length === 1 || length > 4) return { codepoint: 0, good: 0 };
  let codepoint = bytes[0]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    if ((bytes[i]! & 0xc0) !== 0x80) return { codepoint, good: i };
    codepoint = (codepoint << 6) | (bytes[i]! & 0x3f);
  }
  const sound = codepoint <= 0x10ffff && (codepoint < 0xd800 || codepoint > 0xdfff);
  return { codepoint, good: sound ? length : length - 1 };
}
