import { Flock } from './world/flock.js';
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
const [n, s] = [Number(process.argv[2]), Number(process.argv[3])];
let a = cpu(); const flock = Flock.warm(n, { seed: 7 }); console.log('warm', cpu() - a);
a = cpu(); flock.world.run(10_000); console.log('settle 10 s', cpu() - a);
a = cpu(); const e = flock.trace.events; flock.world.run(s * 1000); console.log(n, 'nodes', s, 's', 'cpu', cpu() - a, 'x real', s / (cpu() - a), 'events/s', (flock.trace.events - e) / (cpu() - a));
