import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, BatchFilter } from './batch.ts';

const filter = new BatchFilter(workerData as Uint8Array);

parentPort?.on('message', ({ id, batch }: { id: number; batch: Batch }) => {
  parentPort?.postMessage({ id, filtered: filter.run(batch) });
});
