import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { SearchTarget } from '../../search-reader.ts'
import type { SearchMatch } from './search-match.ts'

/** How near whole words must be to those asked for, from 0 to 1; two letters that changed places in one of six make 0.27. */
const threshold = '0.26'

/** The folded texts that are compared. */
const texts: Readonly<Record<SearchTarget, readonly Sql[]>> = {
  ENTITY: [sql`e.title_key`],
  MEDIA: [sql`kb_fold(m.alt)`, sql`kb_slug_words(m.key)`],
  WORKFLOW: [sql`kb_fold(w.title)`],
}

// A text in ASCII is compared as it is with what is ASCII of the words, and any other in the form of `kb_trigram_text`: so no
// letter of one script passes for one of another, and what comes out does not hang on the database's locale.
const isPlain = (text: Sql) => sql`octet_length(${text}) = length(${text})`
const isNearPlain = (text: Sql) => sql`(${isPlain(text)} AND ${text} %>> q.plain)`
const isNearOther = (text: Sql) =>
  sql`(octet_length(${text}) <> length(${text}) AND kb_trigram_text(${text}) %>> q.words)`

/** How near a folded text is to the words, from 0 to 1. */
function nearness(text: Sql): Sql {
  return sql`coalesce(CASE WHEN ${isPlain(text)} THEN strict_word_similarity(q.plain, ${text}) ELSE strict_word_similarity(q.words, kb_trigram_text(${text})) END, 0)`
}

/** Words near to those asked for by the trigrams they share, misspelt ones among them. */
export const fuzzyMatch: SearchMatch = {
  // The operators take their threshold from a setting. It is made here, for this statement's transaction alone, so that it
  // passes any pooler and stays on no connection; and before the words are there to be compared.
  // Words without a letter have no trigrams, for which the index would be read whole: null finds nothing at once.
  words: (text) =>
    sql`(SELECT CASE WHEN f.is_set AND show_trgm(f.plain) <> '{}' THEN f.plain END AS plain, CASE WHEN f.is_set AND show_trgm(f.words) <> '{}' THEN f.words END AS words FROM (SELECT set_config('pg_trgm.strict_word_similarity_threshold', ${raw(`'${threshold}'`)}, true) <> '' AS is_set, regexp_replace(g.folded, '[^ -~]+', ' ', 'g') AS plain, kb_trigram_text(g.folded) AS words FROM (SELECT kb_fold(${text}) AS folded OFFSET 0) g OFFSET 0) f OFFSET 0) q`,
  alternatives(target) {
    const [first, ...others] = texts[target]
    // The one that is indexed, each half by an index of its own.
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

/** What a hit is called, in full. */
export const titles: Readonly<Record<SearchTarget, Sql>> = {
  ENTITY: sql`e.title`,
  MEDIA: sql`coalesce(m.alt, kb_slug_words(m.key))`,
  WORKFLOW: sql`w.title`,
}
