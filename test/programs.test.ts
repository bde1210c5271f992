import { describe, expect, test } from 'vitest';
import { buildFilter } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { bothOutputs, referenceOf } from './support/differential.ts';
import { lineRecord } from './support/fixtures.ts';

const POLICY = `auditlb: 1
sources:
  - name: host
    tag: '*'
    format:
      - class: base_event
        sniff: [{ app: [door, 'gate-*'] }, { text: 'door: ' }]
        lines:
          - when: { log.app: [door, 'gate-*'] }
            set: { event.reason: by_program }
            lines:
              - { text: 'open {event.message}', set: { event.action: open } }
              - { text: 'shut {event.message}{? now}', when: { log.pid: ['7', ''] } }
          - text: 'door: {event.message}'
      - class: base_event
        sniff: { app: '*' }
        text: '{event.action}'
routes:
  - name: all
`;

const { filter } = buildFilter({ text: POLICY, file: 'policy.yaml' });
const instance = new FilterInstance(filter!.wasm);
const reference = referenceOf(filter!);

interface Output {
  readonly message?: string;
  readonly status_detail?: string;
  readonly metadata: { readonly event_code?: string };
  readonly auditlb: { readonly status: string; readonly error?: { readonly code: string; readonly offset?: number } };
}

function run(line: string): Output {
  const both = bothOutputs(instance, reference, lineRecord('x', line));
  expect(both.engine).toEqual(both.reference);
  return both.engine as Output;
}

describe('the program of the envelope', () => {
  test.each([
    ['Feb  3 04:05:06 h door: open a', 'a', 'by_program', 'open'],
    ['Feb  3 04:05:06 h gate-2[7]: shut b now', 'b', 'by_program', undefined],
    ['Feb  3 04:05:06 h gate-2[7]: shut c', 'c', 'by_program', undefined],
    ['Feb  3 04:05:06 h gate-2: shut d', 'd', 'by_program', undefined],
    // Of another program, known by its text
    ['Feb  3 04:05:06 h lift: door: open e', 'open e', undefined, undefined],
    // Of no program
    ['door: f', 'f', undefined, undefined],
    ['Feb  3 04:05:06 h lift: open g', undefined, undefined, 'open g'],
    ['Feb  3 04:05:06 h lift: {"a":1}', undefined, undefined, '{"a":1}'],
  ])('%s', (line, message, reason, action) => {
    const event = run(line);
    expect([event.auditlb.status, event.message, event.status_detail, event.metadata.event_code]).toEqual([
      'ok',
      message,
      reason,
      action,
    ]);
  });

  test('a shape for other lines is not taken', () => {
    const { auditlb } = run('Feb  3 04:05:06 h gate-2[8]: shut b');
    expect(auditlb).toMatchObject({ status: 'failed', error: { code: 'literal_expected', offset: 0 } });
  });

  test('a line without envelope is of no program', () => {
    expect(run('open a').auditlb).toMatchObject({ status: 'failed', error: { code: 'format_unknown' } });
  });
});
