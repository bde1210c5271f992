import type { Delivery, DeliverySource } from '../policy/delivery.ts';

import { PORTS } from './generated.ts';

/** What no configuration can be made of, whatever the collector: reported at the name it is about. */
export function checkDelivery(delivery: Delivery, sourceOf: (tag: string) => number): void {
  for (const [index, source] of delivery.sources.entries()) {
    const taker = delivery.sources[sourceOf(source.tag)];
    if (taker === undefined || sourceOf(source.tag) === index) continue;
    const message = `source \`${taker.name.value}\` comes first and takes the tag \`${source.tag}\``;
    source.name.report('source_shadowed', message, 'put the source with the narrower tag first');
  }
  checkPorts(delivery);
  checkNames(delivery);
  const taken = new Set(delivery.destinations.flatMap((each) => (each.target.kind === 'none' ? [] : each.routes)));
  for (const route of delivery.routes) {
    if (taken.has(route.value)) continue;
    const message = `route \`${route.value}\` goes nowhere: none of its destinations is described`;
    route.report(
      'route_without_output',
      message,
      `add \`${route.value}: {file: /var/log/…}\` or the like to \`destinations\``,
    );
  }
}

/** A port is taken once for each protocol. */
function checkPorts({ sources }: Delivery): void {
  const owners = new Map<string, string>(
    Object.entries(PORTS).map(([use, port]) => [`tcp ${port}`, `metrics of the ${use}`]),
  );
  for (const source of sources) {
    const key = portOf(source);
    if (key === undefined) continue;
    const owner = owners.get(key);
    const message = `port ${key.slice(4)} of source \`${source.name.value}\` is taken by ${owner}`;
    if (owner !== undefined) source.name.report('port_taken', message, 'give one of them another port');
    owners.set(key, `source \`${source.name.value}\``);
  }
}

function portOf({ input }: DeliverySource): string | undefined {
  if (!('settings' in input) || !('listen' in input.settings)) return undefined;
  const udp = input.kind === 'syslog' && input.settings.mode === 'udp';
  return `${udp ? 'udp' : 'tcp'} ${/\d+$/.exec(input.settings.listen)?.[0] ?? ''}`;
}

/** Names become ids: one for each source, and one with a number for each node or shard of a destination. */
function checkNames({ sources, destinations }: Delivery): void {
  const ids = new Map<string, string>();
  for (const { name } of sources) {
    const id = name.value.replace(/\W/g, '_');
    const other = ids.get(id);
    const message = `source \`${name.value}\` cannot be told from source \`${other}\`: both are \`${id}\` to a collector`;
    if (other !== undefined && other !== name.value) name.report('name_taken', message, 'rename one of them');
    ids.set(id, name.value);
  }
  const names = new Set(destinations.map(({ name }) => name.value));
  for (const { name } of destinations) {
    const [, other] = /^(.+)_s?\d+$/.exec(name.value) ?? [];
    if (other === undefined || !names.has(other)) continue;
    const message = `destination \`${name.value}\` reads like a node of destination \`${other}\``;
    name.report('name_taken', message, 'rename one of them');
  }
}
