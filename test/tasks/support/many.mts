import { Swarm } from './swarm.js';
const from=Number(process.argv[2]), to=Number(process.argv[3]), steps=Number(process.argv[4]);
let bad=0;
for (let seed=from; seed<=to; seed++) {
  try { const s = new Swarm(seed, 1+(seed%9), seed%3); for (let i=0;i<steps;i++) s.step(); s.settle(); s.check(); }
  catch(e) { console.log(seed, (e as Error).message.slice(0,600), (e as Error).stack?.split('\n').slice(1,4).join('|').slice(0,300)); if (++bad>5) break; }
}
console.log('done', bad);
