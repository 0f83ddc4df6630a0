import { Swarm } from './swarm_dbg.js';
const seed=Number(process.argv[2]);
const s:any = new Swarm(seed, 1+(seed%9), seed%3);
for (let i=0;i<400;i++) s.step(); s.settle();
try { s.check() } catch(e) { console.log((e as Error).message) }
for (const p of s.dbg.range('')) console.log(p.key, JSON.stringify(p.value).slice(0,300));
for (const [k,v] of s.jdbg.values) console.log('J', k, JSON.stringify(v).slice(0,400));
console.log([...s.tdbg.keys()]);
console.log(s.sdbg.hasWaiting, s.sdbg.unplaced);
console.log([...s.sdbg.rec.unheard]); for (const sh of s.sdbg.t.live()) console.log(sh.name, sh.mode, sh.isPrepared, sh.waiting, JSON.stringify([...sh.live.values()]));
