/** Draws what the job before has counted: identifiers.svg. */
import { request } from 'node:http';
import { writeFileSync } from 'node:fs';

const SHOWN = 100;
const [ROW, WIDTH, TEXT] = [14, 900, 160];

/** The client would do; this shows that HTTP over the daemon's socket is all there is to it. */
function get(path) {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: process.env.COVEY_ADDR, path }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve(JSON.parse(text));
    });
    sent.on('error', reject).end();
  });
}

const { result } = await get(`/v1/tasks/${process.env.COVEY_AFTER}/0/result`);
const top = result.slice(0, SHOWN);
const most = top[0][1];
const rows = top.map(([word, count], i) => {
  const length = Math.round((count / most) * (WIDTH - TEXT - 80));
  const y = (i + 1) * ROW;
  return `<text x="${TEXT - 6}" y="${y}" text-anchor="end">${word}</text><rect x="${TEXT}" y="${y - 9}" width="${length}" height="10"/><text x="${TEXT + length + 4}" y="${y}">${count}</text>`;
});
const height = (SHOWN + 1) * ROW;
writeFileSync(
  'identifiers.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="monospace" font-size="10" fill="#357">\n${rows.join('\n')}\n</svg>\n`,
);
