import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Bridge, type BridgeOptions, ENCODINGS } from '../../bridge/index.ts';
import { FilterError } from '../../host/index.ts';
import { buildOrReport, DEFAULT_POLICY } from '../policy_file.ts';
import { CommandError, EXIT, say } from '../terminal.ts';
import { openFilter, readModule } from './inspect.ts';

interface Options {
  readonly policy?: string;
  readonly filter?: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly forward?: URL;
  readonly tag: string;
  readonly timeKey: string;
  readonly threads: number;
  readonly maxBody: number;
  readonly maxMemory: number;
  readonly maxRequests: number;
  readonly timeout: number;
  readonly receiveTimeout: number;
  readonly grace: number;
  readonly deadLetter: string;
  readonly tokenFile?: string;
  readonly forwardTokenFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
}

const MIB = 1 << 20;
const LISTEN = '127.0.0.1:9701';

const NOTES = `
Endpoints: POST /v1/batch/TAG (NDJSON or a JSON array; ${ENCODINGS.join(', ')}) forwards the outputs, POST /v1/filter/TAG answers with them;
/healthz, /readyz, /metrics.
Tokens may also come from the environment: AUDITLB_BRIDGE_TOKEN, AUDITLB_FORWARD_TOKEN. docs/bridge.md has the whole contract.

Example, between Vector's http sink and its http_server source:
  auditlb bridge --policy policy.yaml --forward http://127.0.0.1:9702/ingest`;

export function bridgeCommand(): Command {
  return new Command('bridge')
    .description('Run the filter as a server between a shipper (such as Vector) and its next hop.')
    .option('--forward <url>', 'where the outputs go; without it they are only given back', url)
    .option('-p, --policy <file>', 'policy to build and use')
    .option('-f, --filter <file>', 'built filter to use')
    .addOption(
      new Option('-l, --listen <host:port>', 'address to listen on')
        .argParser(address)
        .default(address(LISTEN), LISTEN),
    )
    .option('-t, --tag <tag>', 'tag of requests whose path names none', 'http')
    .option('--time-key <key>', 'key of a record that holds its time, RFC 3339', 'timestamp')
    .option('--threads <n>', 'threads that run the filter', count, 1)
    .option('--max-body <MiB>', 'largest body, decompressed too', count, 64)
    .option('--max-memory <MiB>', 'memory all requests together may hold', count, 256)
    .option('--max-requests <n>', 'requests at one time', count, 64)
    .option('--timeout <s>', 'time for a request, retries included; less than the sender waits', count, 50)
    .option('--receive-timeout <s>', 'time a sender has for sending a request', count, 30)
    .option('--grace <s>', 'time for what is in flight at shutdown', count, 60)
    .option('--dead-letter <file>', 'file for what the next hop refuses', 'auditlb-dead-letter.ndjson')
    .option('--token-file <file>', 'bearer token senders must give')
    .option('--forward-token-file <file>', 'bearer token given to the next hop')
    .option('--tls-cert <file>', 'certificate chain, PEM: serve HTTPS')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--tls-client-ca <file>', 'authorities senders must have a certificate of, PEM')
    .addHelpText('after', NOTES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const wasm = moduleOf(options);
  if (wasm === undefined) {
    process.exitCode = EXIT.couldNotRun;
    return;
  }
  const bridge = await start(bridgeOptions(options, wasm));
  const { listen, forward, threads } = options;
  say(
    `listening on ${listen.host}:${bridge.port}, ${forward === undefined ? 'forwarding nothing' : `forwarding to ${forward.host}${forward.pathname}`}, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
  );
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => process.exit(EXIT.couldNotRun));
    }
    say('finishing what is in flight; once more to stop at once');
    void bridge.stop(options.grace * 1000).then(() => process.exit(EXIT.fine));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function moduleOf({ policy, filter }: Options): Uint8Array | undefined {
  if (policy !== undefined && filter !== undefined)
    throw new CommandError('--policy and --filter exclude each other', 'a built filter has its policy in it');
  if (filter === undefined) return buildOrReport(policy ?? DEFAULT_POLICY, false)?.wasm;
  const wasm = readModule(filter);
  openFilter(filter, wasm);
  return wasm;
}

function bridgeOptions(options: Options, wasm: Uint8Array): BridgeOptions {
  const { host, port } = options.listen;
  const token = secret(options.tokenFile, 'AUDITLB_BRIDGE_TOKEN');
  const forwardToken = secret(options.forwardTokenFile, 'AUDITLB_FORWARD_TOKEN');
  const tls = tlsOf(options);
  if (!LOOPBACK.test(host) && token === undefined && tls?.clientCa === undefined)
    throw new CommandError(`\`${host}\` is open to others`, 'ask senders for a token or a client certificate');
  return {
    wasm,
    host,
    port,
    ...(options.forward === undefined ? {} : { forward: options.forward }),
    ...(forwardToken === undefined ? {} : { forwardToken }),
    tag: options.tag,
    timeKey: options.timeKey,
    threads: options.threads,
    maxBodyBytes: options.maxBody * MIB,
    maxMemoryBytes: options.maxMemory * MIB,
    maxRequests: options.maxRequests,
    timeoutMs: options.timeout * 1000,
    receiveTimeoutMs: options.receiveTimeout * 1000,
    deadLetter: options.deadLetter,
    ...(token === undefined ? {} : { token }),
    ...(tls === undefined ? {} : { tls }),
    now: () => new Date(),
    random: Math.random,
    log: (text) => say(`${new Date().toISOString()} ${text}`),
  };
}

const LOOPBACK = /^(127(\.\d+){3}|::1|localhost)$/;

async function start(options: BridgeOptions): Promise<Bridge> {
  try {
    return await Bridge.start(options);
  } catch (error) {
    if (error instanceof FilterError) throw new CommandError(`the filter is refused: ${error.message}`);
    throw new CommandError(`cannot start: ${(error as Error).message}`);
  }
}

function tlsOf({ tlsCert, tlsKey, tlsClientCa }: Options): BridgeOptions['tls'] {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new CommandError('HTTPS needs --tls-cert and --tls-key', 'give both, or none of the --tls options');
  const client = tlsClientCa === undefined ? {} : { clientCa: readSecretFile(tlsClientCa) };
  return { cert: readSecretFile(tlsCert), key: readSecretFile(tlsKey), ...client };
}

/** A secret from a file, else from the environment; the empty one is none, and refused. */
function secret(file: string | undefined, variable: string): string | undefined {
  const value = file === undefined ? process.env[variable] : readSecretFile(file).toString().trim();
  if (value === '') throw new CommandError(`the token of ${file ?? variable} is empty`);
  return value;
}

function readSecretFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandError(`cannot read \`${path}\`: ${(error as Error).message}`);
  }
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000_000)
    throw new InvalidArgumentError('a whole number from 1');
  return value;
}

function url(text: string): URL {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new InvalidArgumentError('write it like http://127.0.0.1:9702/ingest');
  return parsed;
}

function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) throw new InvalidArgumentError('write it like 127.0.0.1:9701');
  return { host: match[1] ?? match[2]!, port };
}
