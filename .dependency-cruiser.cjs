/**
 * The layers of ARCHITECTURE.md, as a check: imports point down only, and never in a circle.
 * Each entry names a room and the only rooms (besides itself) that it may import from.
 */
const L1 = ['kernel'];
const core = ['kernel', 'ring', 'membership', 'tasks', 'executor', 'placement', 'files'];
const rooms = {
  kernel: [],
  toml: L1,
  files: L1,
  'files/io': ['kernel', 'files'],
  ring: L1,
  membership: L1,
  tasks: L1,
  executor: ['kernel', 'files'],
  placement: ['kernel', 'ring', 'membership', 'tasks', 'executor'],
  'node/core': core,
  'node/io': [...core, 'node/core', 'files', 'files/io'],
  'executor/io': ['kernel', 'executor', 'files', 'files/io'],
};
/** The simulator's rooms, by the same rule; each may also import the pure rooms of src/. */
const simRooms = {
  history: [],
  world: ['history'],
  checks: ['history'],
  workload: ['world'],
  faults: ['world', 'history'],
  measure: ['world', 'history', 'workload', 'faults'],
  baselines: ['world', 'workload', 'measure'],
  scenario: ['world', 'workload', 'faults'],
  plan: ['world', 'workload'],
  swarm: ['world', 'history', 'checks', 'workload', 'faults'],
  experiment: ['world', 'history', 'workload', 'faults', 'measure', 'scenario', 'baselines'],
  report: ['measure', 'plan'],
  seeds: ['swarm'],
  mutants: ['swarm'],
};
/** The rooms of chaos/, by the same rule; `history` and `checks` import nothing of what they judge. */
const chaosRooms = {
  history: [],
  checks: ['history'],
  plan: ['history'],
  flock: ['history'],
  clients: ['history', 'plan', 'flock'],
};
const pure = (room) => `^src/${room}/(?!io/)`;
const escaped = (rest) => rest.map((r) => `^src/${r}/(?!io/)`).join('|');

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(rooms).map(([room, below]) => ({
      name: `layer-${room.replace('/', '-')}`,
      comment: `${room} may import only ${below.join(', ') || 'nothing'} of src/`,
      severity: 'error',
      from: { path: room.endsWith('/io') ? `^src/${room}/` : pure(room) },
      to: {
        path: '^src/',
        pathNot: [room.endsWith('/io') ? `^src/${room}/` : pure(room), escaped(below)].filter(Boolean).join('|'),
      },
    })),
    ...Object.entries(simRooms).map(([room, below]) => ({
      name: `layer-simnet-${room}`,
      comment: `simnet/${room} may import only ${below.join(', ') || 'nothing'} of simnet/, and of src/ only what is pure`,
      severity: 'error',
      from: { path: `^simnet/${room}/` },
      to: {
        path: '^(src|simnet)/',
        pathNot:
          ['hash.ts', ...[room, ...below].map((r) => `${r}/`)].map((r) => `^simnet/${r}`).join('|') +
          '|' +
          '^src/cron[.]ts|' +
          escaped([...core, 'node/core', 'toml']),
      },
    })),
    ...Object.entries(chaosRooms).map(([room, below]) => ({
      name: `layer-chaos-${room}`,
      comment: `chaos/${room} may import only ${below.join(', ') || 'nothing'} of chaos/`,
      severity: 'error',
      from: { path: `^chaos/${room}/` },
      to: { path: '^chaos/', pathNot: [room, ...below].map((r) => `^chaos/${r}/`).join('|') },
    })),
    {
      name: 'the-checker-knows-no-daemon',
      comment: 'what judges the daemon has none of its code: it speaks HTTP, and draws from the seeded generator',
      severity: 'error',
      from: { path: '^chaos/' },
      to: { path: '^(src|simnet)/', pathNot: '^src/(client/|api/schema|kernel/prng)' },
    },
    {
      name: 'the-rules-know-nothing-of-src',
      comment: 'chaos/history and chaos/checks are written apart from the daemon, its words too',
      severity: 'error',
      from: { path: '^chaos/(history|checks)/' },
      to: { path: '^(src|simnet|test)/' },
    },
    {
      name: 'nobody-needs-chaos',
      comment: 'only tests and scripts load chaos',
      severity: 'error',
      from: { path: '^(src|simnet)/' },
      to: { path: '^chaos/' },
    },
    {
      name: 'nobody-in-simnet-knows-real',
      comment: 'only simnet/real touches the world; `covey sim` alone loads it',
      severity: 'error',
      from: { path: '^simnet/', pathNot: '^simnet/real/' },
      to: { path: '^simnet/real/' },
    },
    {
      name: 'the-daemon-knows-no-simulator',
      comment: 'only `covey sim` loads simnet',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/commands/sim' },
      to: { path: '^simnet/' },
    },
    {
      name: 'client-stands-alone',
      comment:
        'the client speaks HTTP; it shares only kernel, a channel and the API schema with the daemon, and the words of functions',
      severity: 'error',
      from: { path: '^src/client/' },
      to: {
        path: '^src/',
        pathNot: '^src/(client|kernel|files|api/schema|channel|executor/io/functions/function-context)',
      },
    },
    {
      name: 'commands-speak-to-the-client',
      comment: 'commands load the daemon only through src/cli/commands/up.ts',
      severity: 'error',
      from: { path: '^src/cli/', pathNot: '^src/cli/commands/up' },
      to: { path: '^src/(ring|membership|tasks|executor|placement|node)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'], conditionNames: ['import', 'types', 'default'] },
  },
};
