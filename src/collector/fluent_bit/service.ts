import type { YAMLMap } from 'yaml';
import { LOOPBACK, type Places, PORTS } from '../generated.ts';
import { map } from '../yaml_text.ts';

export function service(places: Places): YAMLMap {
  return map(
    ['flush', 1],
    ['grace', 30, 'seconds for what is in flight when the collector stops; the rest is on disk'],
    ['log_level', 'info'],
    ['http_server', 'on', 'metrics: /api/v2/metrics/prometheus, health: /api/v1/health'],
    ['http_listen', places.listen ?? LOOPBACK],
    ['http_port', PORTS.collector],
    ['health_check', 'on'],
    ['storage.path', `${places.state}/storage`],
    ['storage.sync', 'full', 'a chunk is on the disk before its input moves on'],
    ['storage.checksum', 'off', 'with it, the chunk a killed collector was writing is not read again'],
    ['storage.metrics', 'on'],
    ['storage.max_chunks_up', 128],
    ['storage.backlog.mem_limit', '64M'],
    ['storage.keep.rejected', 'on', 'what a destination refuses for good is kept, not dropped: the dead letters'],
    ['storage.rejected.path', 'rejected'],
    ['storage.rejected.limit', '5G'],
    ['scheduler.base', 2],
    [
      'scheduler.cap',
      60,
      'seconds between retries at most; the default of 2000 leaves a destination idle after an outage',
    ],
    ['json.escape_unicode', 'off', 'text stays UTF-8 on its way into the filter'],
    ['json.convert_nan_to_null', 'on', 'NaN is no JSON and would cost the record'],
  );
}
