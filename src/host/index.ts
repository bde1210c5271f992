export { FilterError, type FilterErrorCode } from './filter_error.ts';
export {
  type ChunkRecord,
  type ChunkResult,
  type Fate,
  FilterWasm,
  type FilterWasmOptions,
} from './filter_wasm.ts';
export { type Description, FilterInstance } from './instance.ts';
export { type Answer, HostModule, type HostOptions } from './module.ts';
export { jsonText } from './text.ts';
export { HostMap, type HostValue, hostMap, hostValue, type JsonValue } from './value.ts';
