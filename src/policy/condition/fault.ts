import type { Extent } from './model.ts';

/** A fault inside an expression. */
export class Fault extends Error {
  readonly code: string;
  readonly at: Extent;
  readonly help: string | undefined;

  constructor(code: string, message: string, at: Extent, help?: string) {
    super(message);
    this.code = code;
    this.at = at;
    this.help = help;
  }
}
