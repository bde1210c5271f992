/** Whether a pattern, `*` for any text, matches a whole text. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(text);
}

/** The source a tag belongs to: the first whose pattern matches. */
export function sourceOf<S extends { readonly tag: string }>(sources: readonly S[], tag: string): S | undefined {
  return sources.find((source) => matchesWildcard(source.tag, tag));
}
