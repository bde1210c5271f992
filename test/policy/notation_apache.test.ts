import { describe, expect, it } from 'vitest';
import { formatFaults, formatOf } from './compile_support.ts';
import { program } from './program.ts';

const read = (format: string): string[] => program(formatOf(`apache: ${JSON.stringify(format)}`));

describe('Apache LogFormat', () => {
  it('reads the combined format', () => {
    expect(read(String.raw`%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"`)).toMatchInlineSnapshot();
  });

  it('reads a pasted directive with a host in front', () => {
    expect(read(String.raw`LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined`)).toMatchInlineSnapshot();
  });

  it('knows times, timers, TLS and headers in any case', () => {
    expect(read(String.raw`%{%Y-%m-%dT%H:%M:%S%z}t %a %m "%U%q" %H %>s %D %I %O "%{X-Forwarded-For}i" %{SSL_PROTOCOL}x %{SSL_CIPHER}x %{UNIQUE_ID}e`)).toMatchInlineSnapshot();
  });

  it('takes conditions and percent signs', () => {
    expect(read(String.raw`%h 100%% %!200,304{Referer}i %<s`)).toMatchInlineSnapshot();
  });

  it('points into the string', () => {
    const faulty = [
      String.raw`%h%u`,
      String.raw`%h % %>s`,
      String.raw`%>s%b %h`,
      String.raw`plain`,
    ];
    expect(faulty.map((format) => formatFaults(`apache: ${JSON.stringify(format)}`)).join('\n')).toMatchInlineSnapshot();
  });
});
