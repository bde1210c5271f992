import { describe, expect, it } from 'vitest';
import { formatOf } from './compile_support.ts';
import { program } from './program.ts';

const tomcat = (format: string): string[] => program(formatOf(`tomcat: |-\n  ${format}`));
const COMMON = [
  'until " " | address h -> src_ip, src_host',
  'until " " | text l -> unmapped.remote_logname',
  'until " [" | text u -> actor_name',
  'until "] \\"" | clf_time t -> time',
  'until "\\" " | text r -> http_line | quoted',
  'until " " | count s -> http_status',
  'until " " | count b -> bytes_out | lenient',
  'rest -> unmapped.extra',
];

describe('Tomcat pattern', () => {
  it.each([
    '%h %l %u %t "%r" %s %b',
    '%h %l %u %t &quot;%r&quot; %s %b',
    'common',
    'pattern="%h %l %u %t &quot;%r&quot; %s %b"',
    '<Valve className="org.apache.catalina.valves.AccessLogValve" suffix=".txt" pattern="%h %l %u %t "%r" %s %b" resolveHosts="false"/>',
    "<Valve pattern='%h %l %u %t &#34;%r&#34; %s %b' />",
  ])('reads %s', (pattern) => expect(tomcat(pattern)).toEqual(COMMON));

  it('knows its other name', () => expect(tomcat('combined').slice(-3)[1]).toContain('{user-agent}i'));
});
