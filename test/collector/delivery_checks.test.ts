import { expect, it } from 'vitest';
import { fluentBit } from '../../src/collector/fluent_bit/index.ts';
import { configFaults } from './support.ts';

it('finds what no collector could tell apart or listen on', () => {
  const policy = `auditlb: 1
sources:
  - {name: a.b, tag: ab, format: auto, input: {http: '0.0.0.0:9880'}}
  - {name: a-b, tag: other, format: auto, input: {forward: '0.0.0.0:9880'}}
  - {name: udp, tag: udp, format: auto, input: {syslog: {listen: '0.0.0.0:9880', mode: udp}}}
routes:
  - {name: all, to: [lake, lake_0, lake_old]}
destinations:
  lake: {file: /a}
  lake_0: {file: /b}
  lake_old: {file: /c}
`;
  expect(configFaults(policy, fluentBit)).toMatchInlineSnapshot(`
    "policy.yaml:4:12: name_taken: source \`a-b\` cannot be told from source \`a.b\`: both are \`a_b\` to a collector
      help: rename one of them
    policy.yaml:4:12: port_taken: port 9880 of source \`a-b\` is taken by source \`a.b\`
      help: give one of them another port
    policy.yaml:10:3: name_taken: destination \`lake_0\` reads like a node of destination \`lake\`
      help: rename one of them"
  `);
});
