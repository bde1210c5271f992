import { ABI_VERSION } from '../../assembly/shared/limits.ts';
import type { RecordList } from '../policy/record_lists.ts';
import { FilterError } from './filter_error.ts';
import { HostModule } from './module.ts';

interface SourceDescription {
  readonly name: string;
  readonly tag: string;
  readonly formats: readonly string[];
  /** Keys the policy names, as it names them. */
  readonly line?: string;
  readonly file_key?: string;
  readonly offset_key?: string;
  /** Lists whose elements are records, where its formats have any. */
  readonly lists?: readonly RecordList[];
}

/** What a filter says of itself. */
export interface Description {
  readonly engine: { readonly version: string; readonly hash: string };
  readonly abi: number;
  readonly policy: { readonly name: string; readonly hash: string };
  readonly schema: string;
  readonly sources: readonly SourceDescription[];
  readonly formats: readonly string[];
  readonly routes: readonly { readonly name: string; readonly destinations: readonly string[] }[];
  readonly shards: number;
  /** Release of the time zone data its conditions on local time were made of. */
  readonly timezones?: string;
  readonly fields: readonly string[];
  readonly errors: readonly string[];
}

/** One instance of an auditlb filter. */
export class FilterInstance extends HostModule {
  /** Throws `FilterError`. */
  constructor(wasm: Uint8Array) {
    super(wasm, {}, ['malloc', 'free', 'describe', 'startBatch']);
    const { abi } = this.describe();
    if (abi !== ABI_VERSION)
      throw new FilterError('abi_mismatch', `its calling convention is ${abi}, this release speaks ${ABI_VERSION}`);
  }

  describe(): Description {
    const address = this.callExport('describe');
    if (address === 0) throw new FilterError('no_policy', 'it is an engine without a policy');
    try {
      return JSON.parse(this.text(address)!.toString()) as Description;
    } catch {
      throw new FilterError('missing_export', 'its `describe` gives no JSON');
    }
  }

  /** Before records that may be handed over again after a failure: equal records then get equal ids. */
  startBatch(): void {
    this.callExport('startBatch');
  }
}
