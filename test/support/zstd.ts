/** Frames the program `zstd` 1.5.4 wrote. */
const frame = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** `bodyOf(1)`. */
export const RECORD_1 = frame(
  'KLUv/QRY/QMA8ogdHUCNdZnpNA6x9fBM/WFYmcm1B99CbrhuLpVj4HxNgIkRj9M4ZlG2rQYqV3vl9uvnx4QmSc5ossCODnNAIgxH' +
    'dVSOyui/6thWYwcIDdrYlFPEFA4Kjqr4/4C6P+Zv+XP7ZQtJYMoTqlRps3Z97dP8LBuQJMlpSQEAAC4LUmfiuRg=',
);

/** `bodyOf(2)`, as Vector has it: without a checksum (`--no-check`). */
export const RECORD_2 = frame(
  'KLUv/QBY/QMA8ogdHUCNdZnpNA6x9fBM/WFYmcm1B99CbrhuLpVj4HxNgIkRj9M4ZlG2rQYqV3vl9uvnx4QmSc5ossCODnNAIgxH' +
    'dVSOyui/6thWYwcIDbpsyiliCgcFR1X8f0DdH/O3/Ln9soUkMOUJVaq0Wbu+9ml+lg1IkuS0JAEAAC4LUg==',
);

/** Five million bytes, all zero (`-19`). */
export const ZEROS = frame(
  'KLUv/QRoTAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAAC' +
    'ABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAA' +
    'AgAQAAIAEAACABAAAgAQAANaAgC2wdU/',
);

/** Lines of run.test.ts. */
export const TEXT = frame(
  'KLUv/QRYLQQAwocZG2BrdQPUph4f/3M4SmhMilNGtm0ivlBikBtFBOtrY/OS3WfGs8Is60VcR0adwQhhhIC8MhWcbRpJOo90Qv6T' +
    'Eyk6COcOx45gSCv+P2Dkjb2tNyQ9HagUjnrCSrLs8+GBKoT0qp4CCgDwpw4bmA7gHKQWhy7Ad14YLhikkxgkOYapPRBg64g=',
);

/** The same 2000 times. */
export const LONG = frame(
  'KLUv/QRYbAQAwocZG2BrdQPUph4f/3M4SmhMilNGtm0ivlBikBtFBOtrY/OS3WfGs8Is60VcR0adwQhhhIC8MhWcbRpJOo90Qv6T' +
    'Eyk6COcOx45gSCv+P2Dkjb2tNyQ9HagUjnrCSrLs8+GBKoT0qp4CDADD/i+bgxhkAH/qsIHpAM5BanHoAnznheGCQTqJQZJjmNoD' +
    'TAAACC4BAPz/ORACTAAACDABAPz/ORACTAAACCABAPz/ORACTQAACCABALwnORACbTiY/w==',
);

/** A line of reconcile.test.ts. */
export const ACCESS_3 = frame(
  'KLUv/QRYhQIAUgUTGnDXOUF0spCHRki3gTlCoEuNJElia8iqf78QBCY6KBwCaExo5n+NKpU+zjleSngGgdotDTr6/8Lrjb0Zb8d+' +
    'FfAYXYecnIzk5nMVFQA5LnY1',
);

/** A frame readers pass over. */
export const SKIPPED = Buffer.from('502a4d1804000000aabbccdd', 'hex');

/** An empty frame with a window of 256 MiB. */
export const WIDE = Buffer.from('28b52ffd0090010000', 'hex');
