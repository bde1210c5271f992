import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIVITIES, anyFields, encodeFields, sampleValues, templatesOf, type Values } from '../support/events.ts';
import { deprecatedOcsf, validateOcsf } from '../support/ocsf/validate.ts';

const samples = sampleValues();

/** Fields other members say already. */
function isImplied(path: string, name: string, { [path]: _, ...others }: Values): boolean {
  const request = name !== 'network_activity' && name !== 'process_activity' && name !== 'base_event';
  switch (path) {
    case 'event.class':
    case 'event.category':
      return true;
    case 'tls.used':
      return 'tls.version' in others;
    case 'url.full':
      return request && 'url.path' in others;
    case 'http.request.host':
      return request && !('url.scheme' in others);
    case 'http.request.method':
      return name === 'http_activity';
    // The schema tells persons from services, and has types only for those who have a name or id
    case 'actor.type':
      return true;
    default:
      return false;
  }
}

describe.each(templatesOf('ocsf'))('%s', (name, template) => {
  test('is valid with any fields', () => {
    fc.assert(
      fc.property(anyFields(samples), fc.constantFrom(...ACTIVITIES), (values, activity) => {
        const event = encodeFields(template, { ...values, 'event.activity': activity });
        expect(validateOcsf(event)).toEqual([]);
        expect(deprecatedOcsf(event)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('shows the value of every field', () => {
    fc.assert(
      fc.property(anyFields(samples), (values) => {
        const output = JSON.stringify(encodeFields(template, values));
        for (const [path, value] of Object.entries(values)) {
          if (isImplied(path, name, values)) continue;
          const other = samples.get(path)!.find((each) => each !== value)!;
          const changed = JSON.stringify(encodeFields(template, { ...values, [path]: other }));
          expect(changed !== output, `${path} is in the output`).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });
});
