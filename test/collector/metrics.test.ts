import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RUNBOOK } from '../../src/collector/metrics/alerts.ts';
import { metrics } from '../../src/collector/metrics/index.ts';
import { packageRoot } from '../../src/policy/catalog.ts';
import { GOLDEN, made, policyText } from './support.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly annotations: { readonly runbook: string } }[];
  }[];
}

const files = made(policyText('everything'), metrics);

describe('metrics', () => {
  it('are what was reviewed', async () => {
    for (const [file, text] of files) await expect(text).toMatchFileSnapshot(join(GOLDEN, 'metrics', file));
  });

  it('of the demo are as the generator makes them', async () => {
    const demo = join(packageRoot(), 'fluent-bit', 'demo');
    const text = readFileSync(join(demo, 'policy.yaml'), 'utf8');
    for (const [file, content] of made(text, metrics)) {
      await expect(content).toMatchFileSnapshot(join(demo, 'monitoring', file));
    }
  });

  it('explain every alert in the runbook', () => {
    const headings = readFileSync(join(packageRoot(), RUNBOOK), 'utf8').match(/^#+ .+$/gm) ?? [];
    const anchors = headings.map((heading) => `${RUNBOOK}#${heading.replace(/^#+ /, '').toLowerCase()}`);
    const { groups } = parse(files.get('alerts.yaml')!) as Rules;
    const runbooks = groups.flatMap(({ rules }) => rules.map(({ annotations }) => annotations.runbook));
    expect(anchors).toEqual(expect.arrayContaining([...new Set(runbooks)]));
  });

  it('watch every source and every destination', () => {
    const alerts = files.get('alerts.yaml')!;
    for (const source of ['edge', 'pods', 'agents']) expect(alerts).toContain(`{source="${source}"}`);
    for (const destination of ['siem', 'stream', 'archive'])
      expect(alerts).toContain(`name=~"${destination}(_s?[0-9]+)?"`);
  });

  it('draw panels that do not overlap', () => {
    const { panels } = JSON.parse(files.get('dashboard.json')!) as { panels: { gridPos: { x: number; y: number } }[] };
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(places).size).toBe(panels.length);
  });
});
