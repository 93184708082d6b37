/** What a list of the library is narrowed to. */
export interface LibraryFilter {
  /** Words that an entry must contain. */
  search: string;
  /** Tags that an entry must have. */
  tags: readonly string[];
  /** Whether only favourites are shown. */
  favourites: boolean;
}

export const NO_FILTER: LibraryFilter = { search: '', tags: [], favourites: false };

/** Whether every word of `search` is in one of the texts, in any case. */
export function containsWords(search: string, texts: readonly string[]): boolean {
  const text = texts.join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** `tags` with `tag` added, or removed where it was among them. */
export const toggled = (tags: readonly string[], tag: string): string[] =>
  tags.includes(tag) ? tags.filter((other) => other !== tag) : [...tags, tag];
