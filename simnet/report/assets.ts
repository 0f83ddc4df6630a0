import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What stands in every report: the page's own script and looks, and uPlot. */
export interface Assets {
  readonly css: string;
  readonly scripts: readonly string[];
}

const packages = createRequire(import.meta.url);

/** Read when a report is written: the folder `page` lies beside this module, in the sources and in dist alike. */
export function loadAssets(): Assets {
  const ours = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
  const theirs = (path: string): string => readFileSync(packages.resolve(path), 'utf8');
  return {
    css: theirs('uplot/dist/uPlot.min.css') + ours('page.css'),
    scripts: [
      withLicence(theirs('uplot/dist/uPlot.iife.min.js'), theirs('uplot/LICENSE')),
      ours('look.js'),
      ours('plots.js'),
    ],
  };
}

/** Copies must carry the whole licence; the head of the file has only an address, which a report has no business with. */
function withLicence(script: string, licence: string): string {
  return `/*!\n uPlot\n\n${licence.replaceAll('*/', '')}*/\n${script.replace(/^\/\*!.*?\*\/\s*/s, '')}`;
}
