import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { SearchTarget } from '../search-reader.ts'
import { closing, opening } from './highlights.ts'
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
function nearness(compare: 'strict_word_similarity' | 'similarity', text: Sql): Sql {
  return sql`coalesce(CASE WHEN ${isPlain(text)} THEN ${raw(compare)}(q.plain, ${text}) ELSE ${raw(compare)}(q.words, kb_trigram_text(${text})) END, 0)`
}

/** A run of letters and digits of any script, with the marks on them. */
const word = '[^[:space:][:punct:]]+'
const wordOrGap = `${word}|[[:space:][:punct:]]+`

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
  score: (target) =>
    sql`greatest(${join(texts[target].map((text) => nearness('strict_word_similarity', text)))})::float4`,
  shown: { ENTITY: ['title'], MEDIA: ['alt'], WORKFLOW: ['title'] },
  marked: (column) =>
    sql`(SELECT string_agg(CASE WHEN p.nearness >= ${raw(threshold)} THEN ${opening} || p.part || ${closing} ELSE p.part END, '' ORDER BY p.place) FROM (SELECT r.part[1] AS part, r.place, ${marking} AS nearness FROM regexp_matches(${raw(column)}, ${wordOrGap}, 'g') WITH ORDINALITY AS r(part, place)) p)`,
}

/** How near a word of a title is to one of those asked for: the other way about, so that one of several is enough. */
const marking = sql`CASE WHEN octet_length(kb_fold(r.part[1])) = length(kb_fold(r.part[1])) THEN strict_word_similarity(kb_fold(r.part[1]), q.plain) ELSE strict_word_similarity(kb_trigram_text(kb_fold(r.part[1])), q.words) END`

/** What a hit is called, in full. */
export const titles: Readonly<Record<SearchTarget, Sql>> = {
  ENTITY: sql`e.title`,
  MEDIA: sql`coalesce(m.alt, kb_slug_words(m.key))`,
  WORKFLOW: sql`w.title`,
}

/** In how many of the best hits the nearest term is looked for. */
const candidateCount = raw('20')

/**
 * The title, or the word of one, that is nearest to the words asked for, as `term`.
 *
 * @param hits SELECTs of the columns score, target, key and title
 */
export function nearestTermStatement(text: string, hits: Sql): Sql {
  const termNearness = nearness('similarity', sql`t.folded`)
  return sql`SELECT t.term FROM ${fuzzyMatch.words(text)} CROSS JOIN (SELECT u.term, kb_fold(u.term) AS folded FROM (SELECT * FROM (${hits}) a ORDER BY a.score DESC, a.target, a.key LIMIT ${candidateCount}) h CROSS JOIN LATERAL (SELECT h.title AS term UNION SELECT r.part[1] FROM regexp_matches(h.title, ${word}, 'g') AS r(part)) u) t ORDER BY ${termNearness} DESC, length(t.term), t.term COLLATE "C" LIMIT 1`
}
