/** The settings in which runs differ. */

import {h} from './dom.js';
import {id} from './format.js';
import {flat} from './run-tabs.js';

export function differences(runs) {
  const settings = runs.map((run) => new Map(flat({...run.spec, policy: run.policy, shadow: run.shadowPolicies, labels: run.labels})));
  const names = [...new Set(settings.flatMap((one) => [...one.keys()]))]
    .filter((name) => new Set(settings.map((one) => one.get(name))).size > 1);
  if (names.length === 0) return h('p', {class: 'quiet-text'}, runs.length > 1 ? 'Nothing: these runs have the same configuration.' : 'There is only one run.');
  return h('table', {class: 'list'},
    h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Setting'), runs.map((run) => h('th', {scope: 'col'}, id(run))))),
    h('tbody', {}, names.map((name) => h('tr', {}, h('th', {scope: 'row'}, name), settings.map((one) => h('td', {}, one.get(name) ?? '–'))))));
}
