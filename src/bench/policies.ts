import { buildFilter } from '../filter.ts';
import type { Catalog } from '../policy/catalog.ts';

const source = (format: string): string => `auditlb: 1
name: bench
sources: [{ name: edge, tag: "*", format: ${format} }]
`;

/** One source of this format, one route for everything. */
export const plainPolicy = (format: string): string => `${source(format)}routes: [{ name: archive }]\n`;

const SCANNERS = ['sqlmap', 'nikto', 'nuclei', 'masscan'];
const scanner = (n: number): string => SCANNERS[n % SCANNERS.length]!;

/** Conditions as people write them, most with a number of their own; of the nginx lines few match any. */
const CONDITIONS: readonly ((n: number) => string)[] = [
  (n) => `url.path.startsWith("/api/v${n}/") && http.response.status >= 500`,
  (n) => `cidr("${1 + (n % 223)}.${(n * 7) % 256}.0.0/16").containsIP(src.ip) && event.outcome == "failure"`,
  (n) => `actor.name == "user-${n}" && http.request.method == "DELETE"`,
  (n) => `http.request.user_agent.contains("${scanner(n)}/${n}") && url.path.startsWith("/app-${n}/")`,
  (n) => `http.response.status in [401, 403] && url.path == "/admin/${n}"`,
  (n) => `bytes.out > ${49_000 + n} && url.path.endsWith(".zip")`,
  (n) => `url.query.startsWith("token=${n}&") || url.query.contains("union select") && http.response.status == 200`,
  (n) => `url.path.matches("^/team-${n}/[a-z]+/export$") || http.request.referrer == "https://${n}.example.net/"`,
  (n) => `src.ip == "203.0.113.${n % 256}" && !has(actor.name) && http.response.status != ${200 + (n % 300)}`,
  (n) => `http.request.user_agent.lowerAscii().startsWith("bot-${n}/") && http.request.method in ["POST", "PUT"]`,
];

/** `count` rules over nginx lines, and a route for everything. */
export function rulesPolicy(count: number): string {
  const rules = Array.from({ length: count }, (_, n) => {
    const when = CONDITIONS[n % CONDITIONS.length]!(n);
    return `  - { name: rule_${n}, when: '${when}', to: siem }\n`;
  });
  return `${source('nginx_combined')}destinations: { siem: {}, archive: {} }
routes:
${rules.join('')}  - { name: archive, to: archive }
`;
}

export interface Built {
  readonly wasm: Uint8Array;
  /** CPU time. */
  readonly buildMs: number;
}

/** The filter of a policy of this file, and the CPU time it took. */
export function build(text: string, catalog: Catalog): Built {
  const start = process.cpuUsage();
  const { filter, diagnostics } = buildFilter({ text, file: 'bench.yaml' }, { catalog });
  if (filter === undefined) throw new Error(JSON.stringify(diagnostics, null, 2));
  const { user, system } = process.cpuUsage(start);
  return { wasm: filter.wasm, buildMs: (user + system) / 1000 };
}
