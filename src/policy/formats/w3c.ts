import type { Text } from '../document/text.ts';
import type { ScanOp } from '../plan.ts';
import { captureOnce } from './capture.ts';
import type { Notation } from './notation.ts';
import type { FormatSlots } from './slots.ts';

/** Fields that must be there unless the format says how many: what a W3C log writes is all or nothing, but some writers leave the last ones out. */
const REQUIRED = 4;

/** What only CloudFront writes: its fields are parted by tabs, and some have units and escapes of their own. */
const CLOUDFRONT = /(?:^|\s)x-edge-/i;

/** The fields a `#Fields:` directive names, in order. https://www.w3.org/TR/WD-logfile.html */
export function compileW3c(format: Text, notation: Notation, slots: FormatSlots, required?: number): ScanOp[] {
  const start = /^\s*(?:#Fields:)?\s*/.exec(format.value)![0].length;
  const names = format.value.slice(start).trimEnd();
  const cloudfront = CLOUDFRONT.test(names);
  const prefix = cloudfront ? 'cloudfront ' : required === undefined ? '' : 'exact ';
  const tabs = cloudfront || names.includes('\t');
  return [...names.matchAll(/\S+/g)].map((match, i): ScanOp => {
    const at = format.slice(start + match.index, start + match.index + match[0].length);
    const name = at.renamed(match[0].toLowerCase());
    const spec = notation.spec({ name: `${prefix}${name.value}`, also: [name.value] });
    const field = { capture: captureOnce(spec, name, slots), required: i < (required ?? REQUIRED) };
    return tabs ? { op: 'separated', separator: '\t', ...field } : { op: 'field', ...field };
  });
}
