/** One request's part of the budget. */
export interface Lease {
  /** False if there is not that much left. */
  take(bytes: number): boolean;
  /** Takes in any case: what has been made already. */
  add(bytes: number): void;
  giveBack(bytes: number): void;
  /** Gives everything back. */
  end(): void;
}

/** Bytes all requests together may hold. */
export class Budget {
  readonly #max: number;
  #used = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get usedBytes(): number {
    return this.#used;
  }

  lease(): Lease {
    let held = 0;
    const change = (bytes: number): void => {
      held += bytes;
      this.#used += bytes;
    };
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#max) return false;
        change(bytes);
        return true;
      },
      add: change,
      giveBack: (bytes) => change(-bytes),
      end: () => change(-held),
    };
  }
}
