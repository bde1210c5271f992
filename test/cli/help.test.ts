import { afterAll, expect, test, vi } from 'vitest';
import { paint } from '../../src/cli/terminal.ts';
import { packageVersion } from '../../src/index.ts';
import { Workspace } from './cli.ts';

const work = new Workspace();
afterAll(() => work.remove());

const helpOf = async (...command: string[]): Promise<string> => {
  const { code, stdout, stderr } = await work.auditlb([...command, '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

test('the commands are listed', async () => {
  expect(await helpOf()).toMatchInlineSnapshot(`
    "Usage: auditlb [options] [command]

    Audit-log load balancer: one WebAssembly filter for the log collector you have,
    and its toolkit.

    Options:
      -V, --version                         output the version number
      -h, --help                            display help for command

    Commands:
      run [options] [files...]              Put log files through the filter on the
                                            embedded host, as a collector would.
      build [options] <policy>              Compile a policy into the filter a
                                            collector loads.
      bridge [options]                      Run the filter as a server between a
                                            shipper (such as Vector) and its next
                                            hop.
      check [options] <policy...>           Check policies: everything that is wrong
                                            or hardly meant, with its place and a
                                            suggestion.
      config [options]                      Generate the configuration of a log
                                            collector from a policy, or look for
                                            traps in one.
      test [options] <policy...>            Run the tests of policies: lines or
                                            records, and what is expected of them.
      explain [options] [line]              Show what a policy makes of a line, and
                                            why: format, fields, principal, routes,
                                            shard, event.
      formats [options] [name]              List the log formats a policy can name,
                                            and which \`auto\` recognises by itself;
                                            or tell about one.
      inspect [options] <filter>            Show what a built filter is: engine,
                                            policy, sources, routes, hashes.
      reconcile [options] <inputs...>       Account for every line: delivered,
                                            dropped by the policy, unparsed,
                                            duplicated or missing.
      redteam [options] <policy> [logs...]  Plant made-up secrets into every field
                                            of log lines and report what gets past
                                            the policy.
      help [command]                        display help for command

    Exit codes: 0 fine, 1 could not run, 2 checks failed. Results go to stdout, everything else to stderr.
    "
  `);
});

test('run has help', async () => {
  expect(await helpOf('run')).toMatchInlineSnapshot(`
    "Usage: auditlb run [options] [files...]

    Put log files through the filter on the embedded host, as a collector would.

    Arguments:
      files                plain, gzip or zstd files (default: -, standard input)

    Options:
      -p, --policy <file>  policy to build and use
      -f, --filter <file>  built filter to use
      -t, --tag <tag>      tag of all records
      -o, --out <folder>   a folder per route and a file per shard, instead of
                           standard output
      --records            lines are JSON records as a collector hands them over,
                           not text lines
      --time <time>        time of the records by the host, RFC 3339 (default: now)
      --json               print the closing summary as JSON; with --out to standard
                           output
      -q, --quiet          no progress and no summary
      -h, --help           display help for command

    Without --policy or --filter every shipped format is recognised by itself.
    A file's records carry its name without endings as their tag (nginx.access for nginx.access.log.gz), unless --tag says otherwise.
    A list of records (CloudTrail's Records, a Kubernetes EventList) is one record for each element, as the bridge hands them over.

    Examples:
      auditlb run samples/*.log
      auditlb run --policy policy.yaml --out out access.log.gz
      kubectl logs deploy/web | auditlb run --policy policy.yaml --tag nginx.web -
    "
  `);
});

test('build has help', async () => {
  expect(await helpOf('build')).toMatchInlineSnapshot(`
    "Usage: auditlb build [options] <policy>

    Compile a policy into the filter a collector loads.

    Arguments:
      policy               policy file, or - for standard input

    Options:
      -o, --output <file>  where the module goes (default: "filter.wasm")
      --key-file <file>    key of pseudonyms (else AUDITLB_PSEUDONYM_KEY); the
                           filter holds it then
      --json               print the result, or the errors, as JSON
      -h, --help           display help for command

    The same policy and the same release of auditlb give the same bytes.
    Example: auditlb build policy.yaml -o /etc/fluent-bit/filter.wasm
    "
  `);
});

test('check has help', async () => {
  expect(await helpOf('check')).toMatchInlineSnapshot(`
    "Usage: auditlb check [options] <policy...>

    Check policies: everything that is wrong or hardly meant, with its place and a
    suggestion.

    Arguments:
      policy      policy files, or - for standard input

    Options:
      --json      print errors and warnings as JSON
      -h, --help  display help for command
    "
  `);
});

test('test has help', async () => {
  expect(await helpOf('test')).toMatchInlineSnapshot(`
    "Usage: auditlb test [options] <policy...>

    Run the tests of policies: lines or records, and what is expected of them.

    Arguments:
      policy                 policy files

    Options:
      -u, --update           write what is seen over what is expected; comments stay
      -r, --reporter <name>  how results are printed (choices: "pretty", "tap",
                             "junit", default: "pretty")
      --json                 print results and coverage as JSON
      -h, --help             display help for command

    Tests are a policy's own \`tests:\` and those of files beside it: policy.test.yaml, policy.logins.test.yaml for policy.yaml.
    Each runs on the filter itself and on the reference evaluator, and fails if the two differ. Exit code 2 if any fails.
    "
  `);
});

test('explain has help', async () => {
  expect(await helpOf('explain')).toMatchInlineSnapshot(`
    "Usage: auditlb explain [options] [line]

    Show what a policy makes of a line, and why: format, fields, principal, routes,
    shard, event.

    Arguments:
      line                 the line; without it every line of standard input

    Options:
      -p, --policy <file>  policy to explain by
      -t, --tag <tag>      tag the collector gives the record
      -s, --source <name>  a tag of this source, instead of --tag
      --time <time>        time of the record by the host, RFC 3339 (default: now)
      --record             lines are JSON records as a collector hands them over
      --json               print one JSON object for each line
      -h, --help           display help for command

    Every line is put through the filter itself and through the reference evaluator; where the two differ, that is said and the exit code is 2.

    Examples:
      auditlb explain '203.0.113.9 - alice [03/Feb/2026:04:05:06 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"'
      tail -n 1 access.log | auditlb explain --policy policy.yaml --source edge
      auditlb explain --policy policy.yaml --tag kube.audit --record '{"log": "…", "pod": "web-1"}' --json
    "
  `);
});

test('formats has help', async () => {
  expect(await helpOf('formats')).toMatchInlineSnapshot(`
    "Usage: auditlb formats [options] [name]

    List the log formats a policy can name, and which \`auto\` recognises by itself;
    or tell about one.

    Arguments:
      name        a format

    Options:
      --json      print them as JSON
      -h, --help  display help for command
    "
  `);
});

test('inspect has help', async () => {
  expect(await helpOf('inspect')).toMatchInlineSnapshot(`
    "Usage: auditlb inspect [options] <filter>

    Show what a built filter is: engine, policy, sources, routes, hashes.

    Arguments:
      filter      a .wasm file written by \`auditlb build\`

    Options:
      --json      print everything as JSON
      -h, --help  display help for command
    "
  `);
});

test('the version is the package’s', async () => {
  expect(await work.auditlb(['--version'])).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: '' });
});

test('unknown commands are refused with a suggestion', async () => {
  const { code, stdout, stderr } = await work.auditlb(['biuld']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatchInlineSnapshot(`
    "error: unknown command 'biuld'
    (Did you mean build?)
    (see auditlb --help)
    "
  `);
});

test('colour is for terminals only', () => {
  vi.stubEnv('NO_COLOR', undefined);
  const stream = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream;
  expect(paint(stream(false), 'red', 'x')).toBe('x');
  expect(paint(stream(true), 'red', 'x')).toBe('\u001b[31mx\u001b[39m');
  vi.unstubAllEnvs();
});
