export { ENCODINGS } from './body.ts';
export { Bridge, type BridgeOptions } from './server.ts';
