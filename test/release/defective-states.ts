/** A content state as years of editing leave it: ids in mixed case and script, ends by id and by slug, doubles, gaps. */
export const firstState = {
  editor: { theme: 'dark', draft: { text: 'übermorgen', at: [1, 2.5, 1e-7] } },
  constellation: {
    nodes: [
      {
        id: 'Build-System',
        title: 'Build system',
        kind: 'note',
        domain: 'Build',
        tags: ['tooling', 'ci'],
        weight: 3,
      },
      {
        id: 'release_notes',
        title: 'Release notes',
        kind: 'note',
        domain: 'notes',
        summary: 'What changed.',
      },
      { id: 'Привет', title: 'Привет, мир', kind: 'note', domain: 'notes' },
      { id: '東京', title: '東京', kind: 'place', x: 139.69, y: 35.69 },
      { id: 'Ünïcode', title: 'Ünïcode', own: { nested: [true, null] } },
      // The same once more, and one that says something else under the same id.
      {
        id: 'release_notes',
        title: 'Release notes',
        kind: 'note',
        domain: 'notes',
        summary: 'What changed.',
      },
      { id: 'Build-System', title: 'Another build system', kind: 'note' },
      { summary: 'nobody knows what this is' },
    ],
    edges: [
      { source: 'Build-System', target: 'release_notes', relation: 'documents', weight: 0.5 },
      { source: 'BUILD-SYSTEM', target: 'Привет', relation: 'Related To' },
      { source: 'release-notes', target: '東京', relation: 'mentions' },
      { source: 'Build-System', target: 'release_notes', relation: 'documents', weight: 0.5 },
      { source: 'Build-System', target: 'gone', relation: 'documents' },
      { target: 'release_notes' },
    ],
    domains: [{ key: 'notes', label: 'Notes', color: '#336699' }],
    layout: { zoom: 1.5 },
  },
}

/** The next version: an editor added a node and an edge. */
export const secondState = {
  ...firstState,
  constellation: {
    ...firstState.constellation,
    nodes: [...firstState.constellation.nodes, { id: 'Deploy Script', kind: 'note', domain: 'Build' }],
    edges: [
      ...firstState.constellation.edges,
      { source: 'Deploy Script', target: 'Build-System', relation: 'documents' },
    ],
  },
}
