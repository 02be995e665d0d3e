import sql, { raw, type Sql } from 'sql-template-tag'
import { parseTerms } from '../../../domain/text/word-query.ts'
import { targetTables, type SearchMatch } from './search-match.ts'

/** Matches inflected words by the stored, weighted `search_vector`. */
export const lexicalMatch: SearchMatch = {
  // OFFSET 0 makes the plan independent of the words, so that it can be reused.
  words: (text) =>
    sql`(SELECT kb_word_query(${JSON.stringify(parseTerms(text))}::jsonb) AS query OFFSET 0) q`,
  alternatives: (target) => [sql`${raw(targetTables[target].alias)}.search_vector @@ q.query`],
  score: (target) => sql`ts_rank_cd(${raw(targetTables[target].alias)}.search_vector, q.query, 1)`,
  shown: { ENTITY: ['title', 'summary'], MEDIA: ['alt', 'caption'], WORKFLOW: ['title', 'summary'] },
  foundPlaces,
}

/** Positions, from 1, of the words in a column that match the query. */
function foundPlaces(column: string, text: string): Sql {
  const wanted = parseTerms(text)
    .flat()
    .filter(({ excluded }) => !excluded)
    .map((term) => term.text)
  return sql`ARRAY(SELECT place::int4 FROM unnest(kb_lexemes(left(kb_fold(${raw(column)}), 60000))) AS w(lexeme, places, weights), unnest(places) AS place WHERE lexeme = ANY(ARRAY(SELECT unnest(tsvector_to_array(kb_lexemes(kb_fold(t)))) FROM unnest(${wanted}::text[]) AS t)))`
}
