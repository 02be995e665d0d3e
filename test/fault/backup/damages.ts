import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestName } from '../../../src/ops/backup/manifest.ts'
import { editManifest, editText, firstLine, rewrite } from './tamper.ts'

/** One way in which a backup, its source or what was restored of it goes bad. */
export interface Damage {
  readonly name: string
  /** Code of the finding or of the error that tells of it. */
  readonly caughtBy: RegExp
  /** On the backup's folder, before it is read. */
  readonly onBackup?: (directory: string) => Promise<void>
  /** SQL on the source before it is backed up, and what undoes it. */
  readonly onSource?: readonly [damage: string, undo: string]
  /** SQL on the restored database before it is compared. */
  readonly onRestored?: string
}

const rowsDiffer = /^drill\.rows-differ$/
const restoreFailed = /^drill\.restore-failed$/
const schema = /^drill\.schema-(missing|changed)$/

export const damages: readonly Damage[] = [
  {
    name: 'file cut to 90 %',
    caughtBy: /^backup\.file-size$/,
    onBackup: async (directory) => {
      const path = join(directory, 'kb_entities.copy')
      await truncate(path, Math.floor((await readFile(path)).length * 0.9))
    },
  },
  {
    name: 'file cut to 90 %, manifest made to fit',
    caughtBy: restoreFailed,
    onBackup: (directory) =>
      rewrite(directory, 'kb_entities', (text) => text.slice(0, Math.floor(text.length * 0.9))),
  },
  {
    name: 'one byte flipped',
    caughtBy: /^backup\.file-changed$/,
    onBackup: async (directory) => {
      const path = join(directory, 'kb_edges.copy')
      const bytes = await readFile(path)
      bytes[10]! ^= 1
      await writeFile(path, bytes)
    },
  },
  {
    name: 'row dropped, manifest made to fit',
    caughtBy: rowsDiffer,
    onBackup: (directory) =>
      rewrite(directory, 'kb_edges', (text) => text.replace(/^.*\tknows\tspain\tspain\t.*\n/m, ''), -1),
  },
  {
    name: 'row dropped, files made to fit',
    caughtBy: restoreFailed,
    onBackup: (directory) => rewrite(directory, 'kb_edges', (text) => text.slice(text.indexOf('\n') + 1)),
  },
  {
    name: 'row twice, manifest made to fit',
    caughtBy: restoreFailed,
    onBackup: (directory) => rewrite(directory, 'kb_entity_tags', (text) => text + firstLine(text), 1),
  },
  {
    name: 'row changed, manifest made to fit',
    caughtBy: rowsDiffer,
    onBackup: (directory) =>
      rewrite(directory, 'kb_entities', (text) => text.replace('Portugal', 'Portugai')),
  },
  {
    name: 'microsecond changed, manifest made to fit',
    caughtBy: rowsDiffer,
    onBackup: (directory) =>
      rewrite(directory, 'kb_provenance_runs', (text) => text.replace('00:00:00.123456', '00:00:00.123457')),
  },
  {
    name: 'jsonb integer beyond 2^53 changed by one',
    caughtBy: rowsDiffer,
    onBackup: (directory) =>
      rewrite(directory, 'kb_entities', (text) => text.replace('9007199254740993', '9007199254740992')),
  },
  {
    name: 'NULL became an empty text',
    caughtBy: rowsDiffer,
    onBackup: (directory) =>
      rewrite(directory, 'kb_workflows', (text) =>
        text.replace(String.raw`\N`, '').replace(/^(.*\t)\t/m, '$1\t'),
      ),
  },
  {
    name: 'edge to an entity that is not there',
    caughtBy: restoreFailed,
    onBackup: (directory) => rewrite(directory, 'kb_edges', (text) => text.replace('\tspain\t', '\tspaim\t')),
  },
  {
    name: 'hash of a table changed in the manifest',
    caughtBy: /^invalid$/,
    onBackup: (directory) =>
      editText(directory, (text) =>
        text.replace(/"hash":"(.)/, (_all, digit) => `"hash":"${digit === '0' ? '1' : '0'}`),
      ),
  },
  {
    name: 'manifest cut',
    caughtBy: /^invalid$/,
    onBackup: (directory) => editText(directory, (text) => text.slice(0, text.length / 2)),
  },
  {
    name: 'manifest missing, as in a backup that was not finished',
    caughtBy: /^not-found$/,
    onBackup: (directory) => rm(join(directory, manifestName)),
  },
  {
    name: 'manifest replaced by another sound one',
    caughtBy: /^drill\.manifest-replaced$/,
    onBackup: (directory) =>
      editManifest(directory, (manifest) => {
        manifest.sequences[0]!.lastValue = String(Number(manifest.sequences[0]!.lastValue) + 1)
      }),
  },
  {
    name: 'file missing',
    caughtBy: /^backup\.file-missing$/,
    onBackup: (directory) => rm(join(directory, 'kb_domains.copy')),
  },
  {
    name: 'file that is not of it',
    caughtBy: /^backup\.file-unexpected$/,
    onBackup: (directory) => writeFile(join(directory, 'kb_more.copy'), ''),
  },
  {
    name: 'table missing in the manifest',
    caughtBy: /^drill\.table-missing$/,
    onBackup: async (directory) => {
      await rm(join(directory, 'kb_workflow_step_dependencies.copy'))
      await editManifest(directory, (manifest) => {
        manifest.tables = manifest.tables.filter(({ table }) => table !== 'kb_workflow_step_dependencies')
      })
    },
  },
  {
    name: 'other schema version',
    caughtBy: /^precondition-failed$/,
    onBackup: (directory) => editManifest(directory, (manifest) => void manifest.migrations.pop()),
  },
  ...onSource(
    [
      'primary key dropped',
      'ALTER TABLE kb_entity_media DROP CONSTRAINT kb_entity_media_pkey',
      'ALTER TABLE kb_entity_media ADD CONSTRAINT kb_entity_media_pkey PRIMARY KEY (entity_id, media_id)',
    ],
    [
      'index dropped',
      'DROP INDEX kb_edges_weight_idx',
      'CREATE INDEX kb_edges_weight_idx ON kb_edges (weight)',
    ],
    [
      'foreign key dropped',
      'ALTER TABLE kb_entity_tags DROP CONSTRAINT kb_entity_tags_entity_id_fkey',
      'ALTER TABLE kb_entity_tags ADD CONSTRAINT kb_entity_tags_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES kb_entities(id) ON DELETE CASCADE ON UPDATE CASCADE',
    ],
    [
      'constraint made NOT VALID',
      "ALTER TABLE kb_edges DROP CONSTRAINT kb_edges_weight_check; ALTER TABLE kb_edges ADD CONSTRAINT kb_edges_weight_check CHECK (weight > '-Infinity' AND weight < 'Infinity') NOT VALID",
      'ALTER TABLE kb_edges VALIDATE CONSTRAINT kb_edges_weight_check',
    ],
    [
      'trigger disabled',
      'ALTER TABLE kb_entities DISABLE TRIGGER kb_entities_derive',
      'ALTER TABLE kb_entities ENABLE TRIGGER kb_entities_derive',
    ],
    [
      'trigger dropped',
      'DROP TRIGGER kb_edges_graph_changes ON kb_edges',
      'CREATE TRIGGER kb_edges_graph_changes BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON kb_edges FOR EACH STATEMENT EXECUTE FUNCTION public.kb_graph_changes()',
    ],
    [
      'table made UNLOGGED',
      'ALTER TABLE kb_entity_sources SET UNLOGGED',
      'ALTER TABLE kb_entity_sources SET LOGGED',
    ],
    [
      'default dropped',
      'ALTER TABLE kb_edges ALTER COLUMN created_at DROP DEFAULT',
      'ALTER TABLE kb_edges ALTER COLUMN created_at SET DEFAULT CURRENT_TIMESTAMP',
    ],
  ),
  {
    name: 'sequence behind its column (source)',
    caughtBy: /^drill\.sequence-late$/,
    onSource: [`SELECT setval('admin_migrations_id_seq', 1)`, `SELECT setval('admin_migrations_id_seq', 3)`],
  },
  ...onRestored(
    ['sequence moved', /^drill\.sequence-moved$/, `SELECT setval('admin_migrations_id_seq', 17)`],
    ['primary key dropped', schema, 'ALTER TABLE kb_edges DROP CONSTRAINT kb_edges_pkey CASCADE'],
    ['index dropped', schema, 'DROP INDEX kb_entities_weight_slug_idx'],
    ['trigger left disabled', schema, 'ALTER TABLE kb_edges DISABLE TRIGGER kb_edges_graph_changes'],
    [
      'row changed by hand, its content hash as before',
      rowsDiffer,
      `UPDATE kb_entities SET title = 'Lusitania' WHERE slug = 'portugal'`,
    ],
    [
      'two rows with contents swapped',
      rowsDiffer,
      `UPDATE kb_entities e SET summary = o.summary FROM kb_entities o WHERE (e.slug, o.slug) IN (('portugal', 'spain'), ('spain', 'portugal'))`,
    ],
    [
      'content state changed',
      /^drill\.content-hash-differs$/,
      `UPDATE admin_content_state SET state = jsonb_set(state, '{title}', '"other"')`,
    ],
  ),
]

function onSource(...list: (readonly [name: string, damage: string, undo: string])[]): Damage[] {
  return list.map(([name, damage, undo]) => ({
    name: `${name} (source)`,
    caughtBy: schema,
    onSource: [damage, undo],
  }))
}

function onRestored(...list: (readonly [name: string, caughtBy: RegExp, sql: string])[]): Damage[] {
  return list.map(([name, caughtBy, sql]) => ({ name: `${name} (restored)`, caughtBy, onRestored: sql }))
}
