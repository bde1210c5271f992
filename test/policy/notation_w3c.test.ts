import { describe, expect, it } from 'vitest';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const read = (format: string): string[] => program(formatOf(`w3c: ${JSON.stringify(format)}`));

describe('W3C fields', () => {
  it('reads a directive as IIS writes it', () => {
    expect(
      read(
        '#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken',
      ),
    ).toMatchInlineSnapshot(`
      [
        "field | date date -> time_date",
        "field | clock time -> time_clock",
        "field | address s-ip -> lb_ip",
        "field | text cs-method -> http_method",
        "field | text cs-uri-stem -> url_path",
        "field | text cs-uri-query -> url_query",
        "field | count s-port -> unmapped.s-port",
        "field | text cs-username -> actor_name",
        "field | address c-ip -> src_ip, src_host",
        "field | plus_text cs(user-agent) -> http_user_agent",
        "field | plus_text cs(referer) -> http_referrer",
        "field | count sc-status -> http_status",
        "field | count sc-substatus -> unmapped.sc-substatus",
        "field | count sc-win32-status -> unmapped.sc-win32-status",
        "field | milliseconds time-taken -> duration_us",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('takes names in any case and keeps what it does not know', () => {
    expect(read('date time c-ip X-Own CS(Cookie) sc-status sc-bytes cs-bytes')).toMatchInlineSnapshot(`
      [
        "field | date date -> time_date",
        "field | clock time -> time_clock",
        "field | address c-ip -> src_ip, src_host",
        "field | text x-own -> unmapped.x-own",
        "field | plus_text cs(cookie) -> unmapped.cookie",
        "field | count sc-status -> http_status",
        "field | count sc-bytes -> bytes_out",
        "field | count cs-bytes -> bytes_in",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('reads fields parted by tabs, and CloudFront’s own units', () => {
    expect(read('#Fields:\tdate\ttime-taken')).toMatchInlineSnapshot(`
      [
        "separated | date date -> time_date",
        "separated | milliseconds time-taken -> duration_us",
        "rest -> unmapped.extra",
      ]
    `);
    expect(read('#Fields: x-edge-location time-taken cs-method')).toMatchInlineSnapshot(`
      [
        "separated | text x-edge-location -> lb_name",
        "separated | seconds time-taken -> duration_us",
        "separated | text cs-method -> http_method",
        "rest -> unmapped.extra",
      ]
    `);
  });

  it('points into the string', () => {
    const faulty = [''];
    expect(faulty.map((format) => formatFaults(`w3c: ${JSON.stringify(format)}`)).join('\n')).toMatchInlineSnapshot(
      `""`,
    );
  });
});
