/** What the reader saw in strings and values, a bit each. */
export enum Seen {
  /** An escape other than the canonical ones, or what `unsound` means: text must be rewritten before use. */
  rewrite = 1,
  /** Invalid UTF-8 or half a surrogate pair: not even a raw copy is sound. */
  unsound = 2,
  /** A backslash in the decoded text. */
  backslash = 4,
  /** Nested too deep, or a number no host can hold: carried as text. */
  as_text = 8,
}
