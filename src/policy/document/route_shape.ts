/**
 * Routes, and groups of them:
 *
 *   routes:
 *     - {name: …, when: CEL, to: destination(s), evidence: true, priority: high, retention: 400d}
 *     - {name: …, otherwise: true}   for records no other route with a condition takes
 *     - group: …                    what its routes share: `when` is asked for beside their own, the rest holds where they say nothing
 *       {when, to, evidence, priority, retention: as of a route}
 *       routes: […]                 or further groups
 */
import { isMap } from 'yaml';
import { retention } from './delivery_shape.ts';
import {
  boolean,
  expected,
  filled,
  list,
  object,
  oneOrMore,
  optional,
  type Read,
  required,
  type Shape,
  text,
  textLike,
  word,
} from './shape.ts';
import type { Place } from './source_file.ts';
import type { Text } from './text.ts';

/** Routes become parts of tags. */
const ROUTE_NAME = textLike(/^[a-z0-9_]{1,40}$/, 'invalid_name', 'a route’s name is 1 to 40 of `a`-`z`, `0`-`9`, `_`');
const GROUP_NAME = textLike(/^[a-z0-9_]{1,40}$/, 'invalid_name', 'a group’s name is 1 to 40 of `a`-`z`, `0`-`9`, `_`');

const shared = {
  when: optional(text(), 'condition in CEL; without it every record takes the route'),
  to: optional(oneOrMore(text()), 'destinations; else the one of the route’s name'),
  evidence: optional(boolean, 'nothing of it may be lost: retried without limit, never sampled'),
  priority: optional(word('high', 'normal', 'low'), 'how soon it must arrive'),
  retention: optional(retention, 'how long it is kept: `400d`, `26w`, `7y`, or `{days: 400, legal_hold: true}`'),
};

const route = object({
  name: expected(ROUTE_NAME, 'becomes a part of the tag'),
  ...shared,
  otherwise: optional(boolean, 'only for records that no other route with a condition takes'),
});

/** Where groups within groups are described: the whole is the entry of `routes`. */
const nested: Shape<readonly Entry[]> = {
  what: 'a list',
  schema: { type: 'array', items: { $ref: '#/properties/routes/items' } },
  read: (node, reading) => list(entry).read(node, reading),
};

const group = object({
  group: required(GROUP_NAME, 'name of the group: explanations say it'),
  ...shared,
  when: optional(text(), 'condition in CEL: has to hold beside that of each of its routes'),
  routes: expected(filled(nested), 'its routes, which have what the group has where they say nothing'),
});

type Entry = Read<typeof route> | Group;

interface Group extends Shared {
  readonly group: Text;
  readonly routes: readonly Entry[] | undefined;
  readonly at: Place;
}

type Shared = Pick<Read<typeof route>, keyof typeof shared>;

const entry: Shape<Entry> = {
  what: 'a mapping',
  schema: {
    anyOf: [
      { title: 'route', ...route.schema },
      { title: 'group', ...group.schema },
    ],
  },
  read: (node, reading) =>
    isMap(node) && node.has('group') ? (group.read(node, reading) as Group | undefined) : route.read(node, reading),
};

/** A route with what it has of its groups. */
export type RouteDocument = Read<typeof route> & {
  /** The groups it is in, outermost first. */
  readonly groups: readonly Pick<Group, 'group' | 'when'>[];
};

/** Routes in the order written, those of groups in their places. */
export const routes: Shape<readonly RouteDocument[]> = {
  ...list(entry),
  read: (node, reading) =>
    list(entry)
      .read(node, reading)
      ?.flatMap((each) => flatten(each, [])),
};

function flatten(each: Entry, groups: readonly Group[]): RouteDocument[] {
  if ('group' in each) return (each.routes ?? []).flatMap((inner) => flatten(inner, [...groups, each]));
  const around = [...groups].reverse();
  const said = <K extends keyof Shared>(key: K): Shared[K] =>
    [each, ...around].find((one) => one[key] !== undefined)?.[key] as Shared[K];
  return [
    {
      ...each,
      to: said('to'),
      evidence: said('evidence'),
      priority: said('priority'),
      retention: said('retention'),
      groups,
    },
  ];
}
