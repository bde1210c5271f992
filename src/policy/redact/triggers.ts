import { Detector } from '../../../assembly/shared/detectors.ts';

/** What a secret begins with. Where one is met the detector has a closer look. */
export interface Trigger {
  readonly detector: Detector;
  /** A regular expression if `regex`. */
  readonly text: string;
  readonly regex: boolean;
  readonly length: number;
  readonly ignoreCase: boolean;
  /** The detector tells its triggers apart by it. */
  readonly variant: number;
}

const words = (detector: Detector, texts: readonly string[], ignoreCase = false, variant = 0): Trigger[] =>
  texts.map((text) => ({ detector, text, regex: false, length: text.length, ignoreCase, variant }));

const digits = (detector: Detector, text: string, length: number): Trigger[] => [
  { detector, text, regex: true, length, ignoreCase: false, variant: 0 },
];

const SECRET_NAMES = [
  'secret_access_key',
  'secret-access-key',
  'secretaccesskey',
  'secret_key',
  'secret-key',
  'secretkey',
];

export const TRIGGERS: readonly Trigger[] = [
  ...words(Detector.jwt, ['eyJ']),
  ...words(Detector.bearer, ['bearer'], true),
  ...words(Detector.basic, ['basic'], true),
  ...words(Detector.basic, ['://'], false, 1),
  ...words(Detector.aws_access_key, ['AKIA', 'ASIA', 'ABIA', 'ACCA']),
  ...words(Detector.aws_secret_key, SECRET_NAMES, true),
  ...words(Detector.gcp_api_key, ['AIza']),
  ...words(Detector.azure_key, ['accountkey='], true),
  ...words(Detector.azure_key, ['sig='], true, 1),
  ...words(Detector.github, ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_']),
  ...words(Detector.github, ['github_pat_'], false, 1),
  ...words(Detector.slack, ['xoxa-', 'xoxb-', 'xoxe-', 'xoxp-', 'xoxr-', 'xoxs-']),
  ...words(Detector.slack, ['hooks.slack.com/'], true, 1),
  ...words(Detector.stripe, ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_']),
  ...words(Detector.private_key, ['-----BEGIN ']),
  ...digits(Detector.payment_card, '[0-9]{4}', 4),
  ...digits(Detector.iban, '[A-Z]{2}[0-9]{2}', 4),
  ...digits(Detector.us_ssn, '[0-9]{3}-', 4),
  ...words(Detector.email, ['@']),
];

/** Length of an IBAN by country: https://www.swift.com/standards/data-standards/iban-international-bank-account-number */
const IBAN_LENGTHS: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE BI',
  18: 'DK FI FK FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST',
  26: 'IS TR',
  27: 'DJ FR GR IT MC MR SM',
  28: 'AL AZ BY CY DO GT HU LB NI PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU YE',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
};

export const ibanLengths: ReadonlyMap<string, number> = new Map(
  Object.entries(IBAN_LENGTHS).flatMap(([length, countries]) =>
    countries.split(' ').map((country) => [country, Number(length)] as const),
  ),
);
