import { describe, expect, it } from 'vitest';
import { faults } from './compile_support.ts';

describe('faults of a policy document', () => {
  it('finds all of them, in the order of the file', () => {
    const policy = `auditlb: 2
raws: always
raw: sometimes
sources:
  - {name: edge, tag: nginx.*, format: nginx_combind}
  - {name: edge, tag: 7, format: aws_alb}
  - {name: kube, tag: kube, format: kubernetes_audit, timezone: CET, labels: [a]}
shards: {count: 2, by: [actor.nam, src.ip], weights: [1]}
routes:
  - {name: Siem, when: 'true'}
  - {name: archive, to: [s3, archive]}
  - {name: archive, when: }
destinations:
  archive: {}
`;
    expect(faults(policy)).toMatchInlineSnapshot(`
      "policy.yaml:1:10: invalid_value: \`2\` is not valid here
        help: write 1
      policy.yaml:2:1: unknown_key: unknown key \`raws\`
        help: did you mean \`raw\`?
      policy.yaml:3:6: invalid_value: \`sometimes\` is not valid here
        help: one of \`incomplete\`, \`always\`, \`never\`
      policy.yaml:5:40: unknown_format: unknown format \`nginx_combind\`
        help: did you mean \`nginx_combined\`?
      policy.yaml:6:12: duplicate_name: source \`edge\` is there twice
        help: rename one of them
      policy.yaml:6:23: wrong_type: expected text, found number \`7\`
      policy.yaml:7:65: invalid_timezone: \`CET\` is not valid here
        help: write \`Z\` or an offset from UTC such as \`+01:00\`
      policy.yaml:7:78: wrong_type: expected a mapping, found a list
      policy.yaml:8:9: weights_mismatch: 1 weights for 2 shards
        help: give one weight for each shard
      policy.yaml:8:25: unknown_field: unknown field \`actor.nam\`
        help: did you mean \`actor.name\`?
      policy.yaml:10:12: invalid_name: \`Siem\` is not valid here
        help: a route’s name is 1 to 40 of \`a\`-\`z\`, \`0\`-\`9\`, \`_\`
      policy.yaml:11:26: unknown_destination: unknown destination \`s3\`
        help: add it to \`destinations\`
      policy.yaml:12:12: duplicate_name: route \`archive\` is there twice
        help: rename one of them
      policy.yaml:12:27: wrong_type: expected text, found nothing"
    `);
  });

  it('finds faults of names and references', () => {
    const policy = `auditlb: 1
sources:
  - {name: edge, tag: nginx.*, format: nginx_combind}
  - {name: edge, tag: kube, format: [kubernetes_audit, {nginx: '$status'}]}
shards: {count: 2, by: [actor.nam, src.ip], weights: [1]}
routes:
  - {name: archive, to: [s3, archiv]}
  - {name: archive}
destinations:
  archive: {}
`;
    expect(faults(policy)).toMatchInlineSnapshot(`
      "policy.yaml:3:40: unknown_format: unknown format \`nginx_combind\`
        help: did you mean \`nginx_combined\`?
      policy.yaml:4:12: duplicate_name: source \`edge\` is there twice
        help: rename one of them
      policy.yaml:4:12: sniff_missing: format \`edge\` is one of several and has no sniffer
        help: add \`sniff: {text: …}\` or \`sniff: {json: […]}\` to it
      policy.yaml:5:9: weights_mismatch: 1 weights for 2 shards
        help: give one weight for each shard
      policy.yaml:5:25: unknown_field: unknown field \`actor.nam\`
        help: did you mean \`actor.name\`?
      policy.yaml:7:26: unknown_destination: unknown destination \`s3\`
        help: add it to \`destinations\`
      policy.yaml:7:30: unknown_destination: unknown destination \`archiv\`
        help: did you mean \`archive\`?
      policy.yaml:8:12: duplicate_name: route \`archive\` is there twice
        help: rename one of them"
    `);
  });

  const broken: readonly (readonly [string, string])[] = [
    ['a duplicate key', 'auditlb: 1\nname: a\nname: b\nsources: []\n'],
    ['a tab', 'auditlb: 1\nsources:\n\t- {}\n'],
    ['an alias without anchor', 'auditlb: 1\nsources: *none\n'],
    ['an alias inside its own anchor', 'auditlb: 1\nsources: &a [*a]\n'],
    ['an unknown tag', 'auditlb: 1\nname: !secret x\nsources: []\n'],
    ['an open bracket', 'auditlb: 1\nsources: [\n'],
    ['a bad escape', 'auditlb: 1\nname: "\\q"\nsources: []\n'],
    ['several documents', 'auditlb: 1\nsources: []\n---\nauditlb: 1\n'],
    ['a list', '- 1\n'],
    ['nothing', ''],
    ['a key that is no text', 'auditlb: 1\nsources: []\n? [a]\n: 1\n'],
    ['a list item of another type', 'auditlb: 1\nsources: [edge]\n'],
  ];

  it('reports what is no policy at all', () => {
    const report = broken.map(([name, policy]) => `${name}\n${faults(policy)}`).join('\n\n');
    expect(report).toMatchInlineSnapshot(`
      "a duplicate key
      policy.yaml:3:1: duplicate_key: key \`name\` is there twice
        help: keep one of them
      policy.yaml:4:10: list_empty: the list is empty

      a tab
      policy.yaml:3:1: yaml_tab: tabs are not allowed as indentation
        help: indent with blanks

      an alias without anchor
      policy.yaml:2:10: yaml_alias: no anchor \`&none\` before this alias

      an alias inside its own anchor
      policy.yaml:2:13: wrong_type: expected a mapping, found a list

      an unknown tag
      policy.yaml:2:7: yaml_tag_resolve_failed: unresolved tag \`!secret\`
      policy.yaml:3:10: list_empty: the list is empty

      an open bracket
      policy.yaml:3:1: yaml_bad_indent: flow sequence in block collection must be sufficiently indented and end with a ]

      a bad escape
      policy.yaml:2:8: yaml_bad_dq_escape: invalid escape sequence \\q
        help: write it in single quotes, where a backslash is just a backslash

      several documents
      policy.yaml:2:10: list_empty: the list is empty
      policy.yaml:3:1: yaml_documents: more than one YAML document
        help: write one file for each

      a list
      policy.yaml:1:1: wrong_type: the document must be a mapping of keys to values

      nothing
      policy.yaml:1:1: wrong_type: the document must be a mapping of keys to values

      a key that is no text
      policy.yaml:2:10: list_empty: the list is empty
      policy.yaml:3:3: wrong_type: a key must be plain text

      a list item of another type
      policy.yaml:2:11: wrong_type: expected a mapping, found text"
    `);
  });

  it('never throws, whatever is cut off', () => {
    const policy =
      'auditlb: 1\nsources: &s\n  - {name: a, tag: "*", format: [{nginx: "$status"}, auto]}\nroutes: [{name: r}]\n';
    for (let end = 0; end < policy.length; end++) expect(() => faults(policy.slice(0, end))).not.toThrow();
  });
});
