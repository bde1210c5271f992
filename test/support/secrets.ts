const base64 = (text: string): string => Buffer.from(text).toString('base64');
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const letters = (length: number, seed: number): string =>
  Array.from(
    { length },
    (_, i) => 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'[(i * 17 + seed * 7) % 62],
  ).join('');
const capitals = (length: number): string => letters(length, 3).toUpperCase();

/** One secret of every pattern, put together here so that no scanner takes this file for a leak. */
export const SECRETS: Readonly<Record<string, string>> = {
  jwt: [base64url('{"alg":"HS256"}'), base64url('{"sub":"alice","n":1}'), letters(24, 1)].join('.'),
  bearer: `Bearer ${letters(12, 2)}9`,
  basic: `Basic ${base64('alice:opensesame')}`,
  aws_access_key: `AK${'IA'}${capitals(16)}`,
  aws_secret_key: `aws_secret_access_key = ${letters(40, 4)}`,
  gcp_api_key: `AI${'za'}${letters(35, 5)}`,
  azure_key: `Account${'Key'}=${letters(86, 6)}==`,
  github: `gh${'p_'}${letters(36, 7)}`,
  slack: `xox${'b-'}${letters(24, 8)}`,
  stripe: `sk_${'live_'}${letters(24, 9)}`,
  private_key: `-----BEGIN ${'PRIVATE'} KEY-----\n${letters(64, 10)}\n-----END ${'PRIVATE'} KEY-----`,
  payment_card: '4111 1111 1111 1111',
  iban: 'DE89 3704 0044 0532 0130 00',
  us_ssn: '123-45-6789',
  email: 'alice@example.com',
};

/** What lines are cut and filled with. */
export const FRAGMENTS = [
  '"',
  '\\',
  '\\x22',
  '\\"',
  ' ',
  '?',
  '#41',
  '\n',
  'é',
  '\\u0041',
  '\\/',
  '::1',
  ':',
  '&',
  'HTTP/1.1',
];

export const SECRET_FRAGMENTS = [
  ...FRAGMENTS,
  ...Object.values(SECRETS),
  ...Object.values(SECRETS).map(encodeURIComponent),
  ...Object.values(SECRETS).map((secret) => secret.slice(0, -2)),
  'https://user:pa55@host/',
  '&token=hunter2',
  '?%74oken=a%26b&x=1#f',
  'token: abc, def',
  '"token":"a\\"b"',
  '"token":[1,{"a":"]"}]',
  "password='x y",
  'user[password]=q',
  'Token=Bearer abc',
  '%',
  '%2',
  '%2541KIA',
  '=',
  ';',
  '4111111111111111',
  '"n":4111111111111111,',
  '"passwords":[1],',
  '\\ud800',
];
