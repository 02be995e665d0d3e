import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { SearchTarget } from '../../search-reader.ts'
import type { SearchMatch } from './search-match.ts'

/** Minimum similarity of whole words, 0 to 1; two swapped letters in a word of six score 0.27. */
const threshold = '0.26'

const texts: Readonly<Record<SearchTarget, readonly Sql[]>> = {
  ENTITY: [sql`e.title_key`],
  MEDIA: [sql`kb_fold(m.alt)`, sql`kb_slug_words(m.key)`],
  WORKFLOW: [sql`kb_fold(w.title)`],
}

// ASCII text is compared as it is, other text in the form of `kb_trigram_text`: so scripts do not mix, and results do not depend
// on the database's locale.
const isPlain = (text: Sql) => sql`octet_length(${text}) = length(${text})`
const isNearPlain = (text: Sql) => sql`(${isPlain(text)} AND ${text} %>> q.plain)`
const isNearOther = (text: Sql) =>
  sql`(octet_length(${text}) <> length(${text}) AND kb_trigram_text(${text}) %>> q.words)`

function nearness(text: Sql): Sql {
  return sql`coalesce(CASE WHEN ${isPlain(text)} THEN strict_word_similarity(q.plain, ${text}) ELSE strict_word_similarity(q.words, kb_trigram_text(${text})) END, 0)`
}

/** Matches similar and misspelt words by trigrams. */
export const fuzzyMatch: SearchMatch = {
  // The operators read their threshold from a setting, set here for this transaction only, so it works with any pooler, and
  // before the words are compared. Words without letters have no trigrams and would scan the whole index: null matches nothing.
  words: (text) =>
    sql`(SELECT CASE WHEN f.is_set AND show_trgm(f.plain) <> '{}' THEN f.plain END AS plain, CASE WHEN f.is_set AND show_trgm(f.words) <> '{}' THEN f.words END AS words FROM (SELECT set_config('pg_trgm.strict_word_similarity_threshold', ${raw(`'${threshold}'`)}, true) <> '' AS is_set, regexp_replace(g.folded, '[^ -~]+', ' ', 'g') AS plain, kb_trigram_text(g.folded) AS words FROM (SELECT kb_fold(${text}) AS folded OFFSET 0) g OFFSET 0) f OFFSET 0) q`,
  alternatives(target) {
    const [first, ...others] = texts[target]
    if (others.length === 0) return [isNearPlain(first!), isNearOther(first!)]
    return [
      join(
        texts[target].flatMap((text) => [isNearPlain(text), isNearOther(text)]),
        ' OR ',
        '(',
        ')',
      ),
    ]
  },
  score: (target) => sql`greatest(${join(texts[target].map((text) => nearness(text)))})::float4`,
  shown: { ENTITY: ['title'], MEDIA: ['alt'], WORKFLOW: ['title'] },
  foundPlaces: null,
}

export const titles: Readonly<Record<SearchTarget, Sql>> = {
  ENTITY: sql`e.title`,
  MEDIA: sql`coalesce(m.alt, kb_slug_words(m.key))`,
  WORKFLOW: sql`w.title`,
}
