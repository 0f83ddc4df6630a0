import { Flock } from './world/flock.js';
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
const nodes = 100, JOBS = Number(process.argv[2]);
const flock = Flock.warm(nodes, { seed: 7 }); flock.world.run(10_000);
const everyMs = 1000 / (0.8 * nodes * 2); let accepted = 0;
for (let i = 0; i < JOBS; i++) flock.world.after(i * everyMs, () => { const { id } = flock.node(`n${(i * 7919) % nodes}`); flock.node(id).request(flock.submission('sleep 500-1500', { tasks: 1 }), (r) => { if (r?.isOk) accepted++; }); });
const a = cpu(); flock.world.run(JOBS * everyMs + 10_000); console.log(JOBS, 'jobs', cpu() - a, 's', JOBS / (cpu() - a), 'tasks/s', accepted);
