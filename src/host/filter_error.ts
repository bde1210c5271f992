/** Why a module is refused. */
export type FilterErrorCode = 'not_wasm' | 'has_imports' | 'missing_export' | 'no_policy' | 'abi_mismatch';

/** A module that is no filter, or no auditlb filter of this release's calling convention. */
export class FilterError extends Error {
  readonly code: FilterErrorCode;

  constructor(code: FilterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
