import type { Delivery } from '../policy/delivery.ts';

/** What no configuration can be made of, whatever the collector: reported at the name it is about. */
export function checkDelivery(delivery: Delivery, sourceOf: (tag: string) => number): void {
  for (const [index, source] of delivery.sources.entries()) {
    const taker = delivery.sources[sourceOf(source.tag)];
    if (taker === undefined || sourceOf(source.tag) === index) continue;
    const message = `source \`${taker.name.value}\` comes first and takes the tag \`${source.tag}\``;
    source.name.report('source_shadowed', message, 'put the source with the narrower tag first');
  }
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
