import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildFilter } from '../src/filter.ts';
import { FilterInstance } from '../src/host/index.ts';
import { packageRoot } from '../src/policy/catalog.ts';
import { bothOutputs, referenceOf } from './support/differential.ts';
import { lineRecord, policyOf } from './support/fixtures.ts';

type Event = { auditlb: { format?: string }; metadata: { uid: string }; unmapped?: object };

/** A line as CloudWatch Logs hands it to the subscribers of its group. */
const subscribed = (message: string) =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: 'audit',
    logStream: 'one',
    subscriptionFilters: ['all'],
    logEvents: [{ id: '36100', timestamp: 1770091506123, message }],
  });

const { filter: auto } = buildFilter({ text: policyOf('auto'), file: 'policy.yaml' });
const autoInstance = new FilterInstance(auto!.wasm);
const autoReference = referenceOf(auto!);

test.each(['aws_api_gateway', 'aws_cloudtrail', 'aws_waf', 'kubernetes_audit'])('%s from CloudWatch', (format) => {
  const log = readFileSync(join(packageRoot(), 'test', 'formats', format, 'basic.log'), 'utf8');
  const { filter } = buildFilter({ text: policyOf(format), file: 'policy.yaml' });
  const instance = new FilterInstance(filter!.wasm);
  const reference = referenceOf(filter!);
  const read = (line: string) => bothOutputs(instance, reference, lineRecord(format, line));
  for (const line of log.trimEnd().split('\n')) {
    const { engine, reference: same } = read(subscribed(line));
    expect(engine).toEqual(same);
    const { metadata, unmapped, ...event } = engine as Event;
    const bare = read(line).engine as Event;
    expect(event).toEqual({ ...bare, metadata: undefined, unmapped: undefined });
    expect(metadata).toMatchObject({ ...bare.metadata, uid: metadata.uid, log_name: 'audit' });
    expect(unmapped).toMatchObject({ ...bare.unmapped, owner: '111122223333', logStream: 'one' });
    const told = bothOutputs(autoInstance, autoReference, lineRecord('auto', subscribed(line)));
    expect(told.engine).toEqual(told.reference);
    expect((told.engine as Event).auditlb.format).toBe(format);
  }
});
