import { SingleBar } from 'cli-progress';

const BYTES = '{bar} {percentage}%  {records} records  {eta_formatted} left';

/** A bar on a terminal, for bytes read unless `format` says otherwise; for results on the same terminal it makes way when it is done. */
export function progressBar(total: number, format = BYTES): SingleBar | undefined {
  if (process.stderr.isTTY !== true || total === 0) return undefined;
  const bar = new SingleBar({
    format,
    hideCursor: true,
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(total, 0, { records: '0', what: '' });
  return bar;
}
