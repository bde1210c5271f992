import { describe, expect, it } from 'vitest';
import { routesPattern, shardsOf, UNROUTED } from '../../src/collector/tags.ts';

const takes = (pattern: string, tags: readonly string[]): string[] =>
  tags.filter((tag) => new RegExp(pattern).test(tag));

describe('patterns over tags', () => {
  const tags = [
    'audit.s0.siem',
    'audit.s1.archive.siem',
    'audit.s10.siem.archive',
    'audit.s2.siem_eu',
    'audit.s0.unrouted',
    'x.siem',
  ];

  it('take a route wherever it stands, and no other of a similar name', () => {
    expect(takes(routesPattern(['siem']), tags)).toEqual([
      'audit.s0.siem',
      'audit.s1.archive.siem',
      'audit.s10.siem.archive',
    ]);
    expect(takes(routesPattern(['archive', 'siem_eu']), tags)).toEqual([
      'audit.s1.archive.siem',
      'audit.s10.siem.archive',
      'audit.s2.siem_eu',
    ]);
  });

  it('take some shards only', () => {
    expect(takes(routesPattern(['siem'], [0, 1]), tags)).toEqual(['audit.s0.siem', 'audit.s1.archive.siem']);
  });

  it('leave the rest, and no metrics, to the dead letters', () => {
    expect(takes(UNROUTED, [...tags, 'auditlb.metrics', 'nginx.edge'])).toEqual([
      'audit.s0.unrouted',
      'x.siem',
      'nginx.edge',
    ]);
  });
});

it('gives every shard to exactly one node', () => {
  const nodes = [0, 1, 2].map((node) => shardsOf(node, 3, 8));
  expect(nodes).toEqual([
    [0, 3, 6],
    [1, 4, 7],
    [2, 5],
  ]);
});
