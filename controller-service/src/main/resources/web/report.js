/** A report: runs as they were when it was written, shown from answers of the API that are in the file. */

import {compare} from './compare.js';
import {h, replace} from './dom.js';
import {clock} from './format.js';
import {run} from './run.js';
import {shell} from './shell.js';
import {beginWith} from './url-state.js';

const {time, runs, answers} = JSON.parse(document.getElementById('report').textContent);

globalThis.fetch = async (path) => {
  const answer = answers[path.split('?')[0]];
  return new Response(JSON.stringify(answer ?? {message: 'This is not in the report.'}), {status: answer ? 200 : 404});
};

/** Nothing happens to a run in a file. */
globalThis.EventSource = class {
  close() {}
};

document.documentElement.dataset.report = '';
const first = runs.length > 1 ? 'compare' : 'run';
beginWith({view: first, run: runs[0], runs: runs.join(',')});
replace(document.getElementById('banners'), h('p', {class: 'banner'}, `A report of ${clock(time)}: nothing here changes.`));
shell({run: async () => run, compare: async () => compare}, first).show();
