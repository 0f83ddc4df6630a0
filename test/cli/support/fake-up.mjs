/**
 * Stands in for `covey up`: `--says ready|error|nothing`, and `--deaf` for one that does not hear SIGTERM.
 * Its ready line repeats its arguments.
 */
const args = process.argv.slice(2);
const says = args[args.indexOf('--says') + 1];
if (args.includes('--deaf')) process.on('SIGTERM', () => console.error('heard and ignored'));
if (says === 'ready') {
  console.log('something else first');
  console.log(JSON.stringify({ event: 'ready', node: 'n', listen: args, socket: '/s', http: null }));
} else if (says === 'error') {
  console.error(JSON.stringify({ code: 'held', message: 'it is held', hint: 'let go' }));
  process.exit(1);
} else {
  console.error('segmentation fault');
  process.exit(139);
}
if (args.includes('--exit-with-parent')) process.stdin.on('end', () => process.exit(0)).resume();
setTimeout(() => process.exit(99), 30_000);
