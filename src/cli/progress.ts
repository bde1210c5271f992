import { SingleBar } from 'cli-progress';

/** A bar for bytes read, on a terminal; for results on the same terminal it makes way when it is done. */
export function progressBar(totalBytes: number): SingleBar | undefined {
  if (process.stderr.isTTY !== true || totalBytes === 0) return undefined;
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {records} records  {eta_formatted} left',
    hideCursor: true,
    stream: process.stderr,
    clearOnComplete: true,
  });
  bar.start(totalBytes, 0, { records: '0' });
  return bar;
}
