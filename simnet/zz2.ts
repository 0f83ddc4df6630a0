import { Flock } from './world/flock.js';
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
let a = cpu(); const f = Flock.formed(Number(process.argv[2]), { seed: 7 }); console.log('formed', process.argv[2], cpu() - a, 'cpu s', f.world.nowMs / 1000, 'virtual s');
