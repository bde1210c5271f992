/** A format some of whose lines are as well another's. */
export interface Ambiguity {
  readonly format: string;
  /** What `auto` takes such lines for. */
  readonly takenFor: string;
  readonly why: string;
}

export const AMBIGUOUS: readonly Ambiguity[] = [
  {
    format: 'apache_combined',
    takenFor: 'nginx_combined',
    why: 'Without an escape, or a size of `-`, the two write the same.',
  },
  {
    format: 'nginx_combined',
    takenFor: 'apache_vhost_combined',
    why: 'A host with its port in front of the client.',
  },
];
