import { copyFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { isComplete } from '../../src/reconcile/index.ts';
import { Bridged } from './bridged.ts';
import { type Rig, slowly } from './rig.ts';

/** Something that goes wrong, and what is done about it: nothing. Lines in all, and in which the policy wants `siem` too, come by `step`. */
export interface Fault {
  readonly name: string;
  /** Part of every test run, not only of `npm run faults`. */
  readonly short: boolean;
  /** Size in MiB of a disk of its own for buffers and offsets. */
  readonly disk?: number;
  /** What happens, for docs/reliability.md. */
  readonly story: string;
  run(rig: Rig, lines: number): Promise<void>;
}

let written = 0;

/** Access-log lines that differ; every third one fails, or as many as said, so that it goes to both destinations. */
function accessLines(count: number, failing = 3): string[] {
  return Array.from({ length: count }, () => {
    const n = written++;
    const status = n % failing === 0 ? 503 : 200;
    return `192.0.2.${n % 250} - - [03/Feb/2026:04:05:06 +0000] "GET /item/${n} HTTP/1.1" ${status} ${n} "-" "curl/8.5.0"`;
  });
}

/** Numbers that look random and are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

/** Lines no parser likes: any bytes but line feeds, NUL among them. */
function garbage(count: number): Buffer[] {
  const next = sequence(7);
  return Array.from({ length: count }, (_, i) => {
    const bytes = Buffer.alloc(1 + (next() % 300));
    for (let at = 0; at < bytes.length; at++) bytes[at] = 1 + ((next() >>> 16) % 255);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at)) bytes[at] = 11;
    if (i % 4 === 0 && bytes.length > 20) bytes[10] = 0;
    return bytes;
  });
}

const third = (count: number): number => Math.ceil(count / 3);

export const FAULTS: readonly Fault[] = [
  {
    name: 'destination down and back',
    short: true,
    story:
      'Both nodes of the destination are down while the lines are written, and start after the archive has all of them.',
    async run(rig, lines) {
      rig.startCollector();
      rig.append(...accessLines(lines));
      await rig.until('the archive', () => rig.archived >= lines);
      await rig.startNodes();
    },
  },
  {
    name: 'one of two nodes killed',
    short: true,
    story:
      'One node is killed with -9 a third of the way: traffic moves to the other. It starts again at two thirds: traffic returns.',
    async run(rig, lines) {
      const [a, b] = rig.nodes;
      await rig.startNodes();
      rig.startCollector();
      rig.append(...accessLines(third(lines)));
      await rig.until('traffic at a node', () => a!.count + b!.count > 0);
      await a!.kill();
      const before = b!.count;
      rig.append(...accessLines(third(lines)));
      await rig.until('traffic at the other node', () => b!.count > before);
      await a!.start();
      const old = a!.count;
      // Round robin: a few rounds reach every node.
      for (let round = 0; round < 40 && a!.count <= old; round++) {
        rig.append(...accessLines(30));
        const written = rig.archived;
        await rig.until('the archive', () => rig.archived > written);
      }
      await rig.until('traffic at the node that is back', () => a!.count > old);
      rig.append(...accessLines(third(lines)));
    },
  },
  {
    name: 'collector killed',
    short: true,
    story: 'The collector is killed with -9 three times while it reads lines and writes chunks, and started again.',
    async run(rig, lines) {
      await rig.startNodes();
      for (let round = 0; round < 3; round++) {
        rig.startCollector();
        const before = rig.archived;
        rig.append(...accessLines(lines), ...accessLines(lines));
        // Once before anything is delivered, then while things are.
        await rig.until('progress', () => (round === 0 ? rig.buffered > 150 * lines : rig.archived > before));
        await rig.killCollector();
      }
      rig.startCollector();
    },
  },
  {
    name: 'hot reload',
    short: true,
    story: 'The collector gets SIGHUP three times while lines are written: it starts anew within its process.',
    async run(rig, lines) {
      await rig.startNodes();
      rig.startCollector();
      for (let round = 0; round < 3; round++) {
        const before = rig.archived;
        rig.append(...accessLines(third(lines)));
        await rig.until('the archive', () => rig.archived > before);
        rig.reload();
        rig.append(...accessLines(third(lines)));
        const reloaded = rig.archived;
        await rig.until('the archive after a reload', () => rig.archived > reloaded);
      }
    },
  },
  {
    name: 'rotated input',
    short: false,
    story: 'The log is renamed and begun anew, once under the running collector and once while it is down.',
    async run(rig, lines) {
      const rotate = (to: string): void => {
        renameSync(rig.log, `${rig.log}.${to}`);
        rig.generations = [...rig.generations.slice(0, -1), `${rig.log}.${to}`, rig.log];
      };
      await rig.startNodes();
      rig.startCollector();
      rig.append(...accessLines(third(lines)));
      await rig.until('the archive', () => rig.archived > 0);
      rig.append(...accessLines(third(lines)));
      rotate('2');
      rig.append(...accessLines(third(lines)));
      await rig.until('the archive', () => rig.archived >= 3 * third(lines));
      await rig.killCollector();
      rig.append(...accessLines(third(lines)));
      rotate('1');
      rig.append(...accessLines(third(lines)));
      rig.startCollector();
    },
  },
  {
    name: 'truncated input',
    short: false,
    story: 'The log is copied and cut to nothing (copytruncate) once the collector has read it, and written on.',
    async run(rig, lines) {
      await rig.startNodes();
      rig.startCollector();
      rig.append(...accessLines(third(lines)));
      await rig.until('the archive', () => rig.archived >= third(lines));
      copyFileSync(rig.log, `${rig.log}.copy`);
      rig.generations = [`${rig.log}.copy`, rig.log];
      truncateSync(rig.log);
      rig.append(...accessLines(10));
      await rig.until('the archive', () => rig.archived >= third(lines) + 10);
      rig.append(...accessLines(third(lines)));
    },
  },
  {
    name: 'a line of 10 MB',
    short: false,
    story: 'A line of ten million bytes stands among the others.',
    async run(rig, lines) {
      await rig.startNodes();
      rig.startCollector();
      rig.append(...accessLines(third(lines)), `GET /${'a'.repeat(10_000_000)}`, ...accessLines(third(lines)));
    },
  },
  {
    name: 'garbage',
    short: true,
    story:
      'Every second line is of random bytes: control characters, NUL, what is no UTF-8; some end in CR LF, some are empty.',
    async run(rig, lines) {
      const noise = garbage(lines);
      await rig.startNodes();
      rig.startCollector();
      rig.append(
        ...accessLines(lines).flatMap((line, i) => [i % 5 === 0 ? `${line}\r` : line, i % 7 === 0 ? '' : noise[i]!]),
      );
    },
  },
  {
    name: 'slow destination',
    short: false,
    story: 'Both nodes take 64 KB/s at most.',
    async run(rig, lines) {
      await rig.startNodes();
      const gates = await Promise.all(rig.nodes.map(({ port }) => slowly(port, 6400, 100)));
      rig.startCollector(gates.map(({ port }) => port));
      rig.append(...accessLines(lines));
    },
  },
  {
    name: 'full disk',
    short: false,
    disk: 64,
    story:
      'Buffers and offsets have 64 MiB, and the lines come to more while both nodes are down: below 40 MiB `guard.sh` ends the reading. Then somebody takes the rest of the disk, the nodes come back, and there is room again.',
    async run(rig, lines) {
      rig.startGuarded(40, 52);
      for (let part = 0; part < 5; part++) rig.append(...accessLines(lines, 1));
      await rig.until('the end of reading', () => rig.said.includes('only delivers'));
      rig.fillDisk();
      rig.append(...accessLines(third(lines), 1));
      await rig.startNodes();
      await rig.until('delivery without room', () => rig.nodes.some(({ count }) => count > 0));
      rig.freeDisk();
    },
  },
  {
    name: 'full disk, replay',
    short: false,
    disk: 64,
    story:
      'Without `guard.sh`, somebody takes all room under the reading collector, which loses what it reads. Then there is room again, the offsets are deleted, and all is read anew.',
    async run(rig, lines) {
      await rig.startNodes();
      rig.startCollector();
      rig.append(...accessLines(third(lines)));
      await rig.until('the archive', () => rig.archived >= third(lines));
      rig.fillDisk();
      rig.append(...accessLines(third(lines)));
      await rig.until('a loss', () => rig.said.includes('error registering chunk'));
      rig.freeDisk();
      const before = rig.archived;
      rig.append(...accessLines(third(lines)));
      await rig.until('the archive', () => rig.archived >= before + third(lines));
      if (isComplete(await rig.account())) throw new Error('nothing was lost: this is no longer needed');
      await rig.killCollector();
      rig.deleteOffsets();
      rig.startCollector();
    },
  },
  {
    name: 'bridge killed',
    short: true,
    story:
      'Another Fluent Bit posts the lines to `auditlb bridge`, which is killed with -9 three times while the next hop has events and has not yet said so, and started again.',
    async run(rig, lines) {
      const bridged = await Bridged.open(rig);
      await bridged.startBridge();
      for (let round = 0; round < 3; round++) {
        const before = bridged.taken;
        rig.append(...accessLines(third(lines)));
        await rig.until('a request', () => bridged.taken > before);
        await bridged.killBridge();
        await bridged.startBridge();
      }
    },
  },
];

/** Bytes of a rig's inputs. */
export const inputBytes = (rig: Rig): number => rig.generations.reduce((sum, path) => sum + statSync(path).size, 0);
