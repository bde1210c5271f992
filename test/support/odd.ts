import { HostMap, type HostValue } from '../../src/host/index.ts';

/** A value in a record, and the JSON a filter is given for it; where they differ with `json.escape_unicode: on` first, then `off`. */
export type OddValue = [name: string, value: HostValue, on: string, off?: string];

const map = (...entries: (readonly [HostValue, HostValue])[]): HostMap => new HostMap(entries);
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');

/** Arrays in arrays: `levels` of them. */
function nested(levels: number): HostValue {
  return levels === 1 ? [] : [nested(levels - 1)];
}

export const ODD_VALUES: readonly OddValue[] = [
  ['every escape', '"\\/\b\f\n\r\t\0\x01\x1f', String.raw`"\"\\/\b\f\n\r\t\u0000\u0001\u001f"`],
  [
    'escapes in long text',
    `${'x'.repeat(40)}"${'y'.repeat(17)}\n${'z'.repeat(16)}\\`,
    `"${'x'.repeat(40)}\\"${'y'.repeat(17)}\\n${'z'.repeat(16)}\\\\"`,
  ],
  ['accents, CJK, line separators', 'é日\u2028', String.raw`"\u00e9\u65e5\u2028"`, '"é日\u2028"'],
  ['beyond the basic plane', 'a💥', String.raw`"a\ud83d\udca5"`, '"a💥"'],
  ['a byte order mark', '\ufeffx', String.raw`"\ufeffx"`, '"\ufeffx"'],
  ['a byte of no UTF-8', hex('618162'), '"a\ue081b"', '"a\ufffdb"'],
  ['a byte of no UTF-8 that vanishes', hex('61ff62'), '"ab"', '"a\ufffdb"'],
  ['such a byte before more text', hex('61ff626364656667'), '"a\ue0ffbcdefg"', '"a\ufffdbcdefg"'],
  ['continuation bytes', hex('808161'), '"\ue080\ue081a"', '"\ufffd\ufffda"'],
  ['a character cut off', hex('61e697'), '"a\ue097"', '"a\ufffd\ufffd"'],
  ['a character cut off by text', hex('e69761'), '"\ue0e6\ue097a"', '"\ufffd\ufffda"'],
  ['a long character cut off', hex('61f09f92'), '"a\ue09f\ue092"', '"a\ufffd\ufffd\ufffd"'],
  ['an overlong NUL', hex('c08061'), String.raw`"\u0000a"`, '"\ufffd\ufffda"'],
  ['half a surrogate pair in UTF-8', hex('eda08061'), '"\ue0ed\ue0a0\ue080a"', '"\ufffd\ufffd\ufffda"'],
  ['beyond Unicode', hex('f490808061'), '"\ue0f4\ue090\ue080\ue080a"', '"\ufffd\ufffd\ufffd\ufffda"'],
  ['a five-byte form', hex('f888808080'), '"\ue0f8\ue088\ue080\ue080\ue080"', '"\ufffd\ufffd\ufffd\ufffd\ufffd"'],
  ['latin-1 text', hex('63e974e92041'), '"c\ue0e9t\ue0e9 A"', '"c\ufffdt\ufffd A"'],
  ['no text', '', '""'],
  ['an empty key, array, map', map(['', [map(), []]]), '{"":[{},[]]}'],
  ['equal keys', map(['a', 1n], ['b', 2n], ['a', 3n]), '{"b":2,"a":3}'],
  ['equal keys, deeper', [map(['a', 'x'], ['a', null])], '[{"a":null}]'],
  ['keys with escapes', map(['a"b\n', true]), String.raw`{"a\"b\n":true}`],
  [
    'integers',
    [0n, -1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)],
    '[0,-1,9223372036854775808,18446744073709551615,-9223372036854775808]',
  ],
  [
    'whole doubles',
    [0, -0, 1, -1, 1e15, 2 ** 62, -(2 ** 63)],
    '[0.0,-0.0,1.0,-1.0,1000000000000000.0,4611686018427387904.0,-9223372036854775808.0]',
  ],
  [
    'large doubles',
    [2 ** 63, 1e19, 1e22, 1.7976931348623157e308],
    '[9.223372036854776e+18,1e+19,1e+22,1.797693134862316e+308]',
  ],
  [
    'small doubles',
    [0.1, 1e-4, 1e-5, 5e-324, 2.2250738585072014e-308],
    '[0.1,0.0001,1e-05,4.940656458412465e-324,2.225073858507201e-308]',
  ],
  [
    'a 17th digit',
    [0.1 + 0.2, 1 / 3, 123456789.12345678, 1.7698976001234567e9],
    '[0.3,0.3333333333333333,123456789.1234568,1769897600.123457]',
  ],
  [
    'ties at the 16th digit',
    [1125899906842624.5, 1125899906842625.5, 2251799813685249.5],
    '[1125899906842624,1125899906842626,2251799813685250]',
  ],
  ['nested 50 deep', nested(50), `${'['.repeat(50)}${']'.repeat(50)}`],
];

/** Values no JSON can say: with them the record a filter is given is not JSON. */
export const UNSPEAKABLE_VALUES: readonly OddValue[] = [
  ['not a number', Number.NaN, 'nan'],
  ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], '[inf,-inf]'],
  ['keys that are no text', map([1n, 'a'], [null, 'b']), '{1:"a",null:"b"}'],
];

/** A member's value in a reply, and what an output writes for it with `json.escape_unicode` on and off; null: the record is lost. */
export type OddReply = [name: string, reply: string | Uint8Array, on: string | null, off?: string];

export const ODD_REPLIES: readonly OddReply[] = [
  ['escapes', String.raw`"\"\\\/\b\f\n\r\t\u0041\u000b"`, String.raw`"\"\\/\b\f\n\r\tA\u000b"`],
  ['an escaped NUL', String.raw`"a\u0000b"`, String.raw`"a\u0000b"`],
  [
    'escaped and plain characters',
    String.raw`"\u00e9é\ud83d\udca5💥"`,
    String.raw`"\u00e9\u00e9\ud83d\udca5\ud83d\udca5"`,
    '"éé💥💥"',
  ],
  [
    'half a surrogate pair',
    String.raw`"\ud83dx\udca5y\ud83d\u0041z"`,
    String.raw`"\ufffdx\ufffdy\ufffdz"`,
    '"\ufffdx\ufffdy\ufffdz"',
  ],
  ['half a pair before a short escape', String.raw`"\ud83d\u12z"`, String.raw`"\ufffdz"`, '"\ufffdz"'],
  ['an escape too short', String.raw`"a\u12xyz"`, String.raw`"a\\u12yz"`],
  ['an escape too short at the end', String.raw`"a\u12"`, String.raw`"a\\u12"`],
  ['an unknown escape', String.raw`"\x41"`, null],
  ['control characters', '"a\tb\nc\x01"', String.raw`"a\tb\nc\u0001"`],
  ['bytes of no UTF-8', Buffer.from([0x22, 0x61, 0xff, 0xe9, 0x22]), '"a"', '"a\ufffd\ufffd"'],
  ['delete', '"\x7f"', '"\\u007f"'],
  [
    'integers',
    '[0,-0,-1,9223372036854775808,18446744073709551615,-9223372036854775808]',
    '[0,0,-1,9223372036854775808,18446744073709551615,-9223372036854775808]',
  ],
  [
    'integers of more than 64 bits',
    '[18446744073709551616,-9223372036854775809,1000000000000000000000]',
    '[1.844674407370955e+19,-9223372036854775808.0,1e+21]',
  ],
  ['whole doubles', '[1.0,-0.0,1e3,1E+3,100e-2,1e18]', '[1.0,-0.0,1000.0,1000.0,1.0,1000000000000000000.0]'],
  [
    'a 17th digit',
    '[0.30000000000000004,1769897600.1234567,9007199254740993]',
    '[0.3,1769897600.123457,9007199254740993]',
  ],
  [
    'the ends of doubles',
    '[1e308,1e-320,1e-999,1.7976931348623157e308]',
    '[1e+308,9.99988867182683e-321,0.0,1.797693134862316e+308]',
  ],
  ['a number too large', '1e309', null],
  ['an integer of 400 digits', '9'.repeat(400), null],
  ['a leading zero', '01', null],
  ['a leading plus', '+1', null],
  ['no digit before the point', '.5', null],
  ['no digit behind the point', '5.', null],
  ['no digit in the exponent', '1e', null],
  ['a hexadecimal number', '0x10', null],
  ['infinity', 'Infinity', null],
  ['literals', '[null,true,false]', '[null,true,false]'],
  ['a literal in capitals', 'True', null],
  ['blanks', ' [ 1 ,\n{ "a" :\t2 } ]\r', '[1,{"a":2}]'],
  ['a comma too many', '[1,]', null],
  ['a comma too many in a map', '{"a":1,}', null],
  ['a comma missing', '[1 2]', null],
  ['a comment', '/* x */1', null],
  ['single quotes', "'a'", null],
  ['a key without quotes', '{a:1}', null],
  ['equal keys', '{"a":1,"b":2,"a":3}', '{"b":2,"a":3}'],
  ['keys equal once decoded', String.raw`{"a":1,"\u0061":2}`, '{"a":2}'],
  ['an empty key', '{"":""}', '{"":""}'],
  ['empty containers', '[[],{}]', '[[],{}]'],
];
