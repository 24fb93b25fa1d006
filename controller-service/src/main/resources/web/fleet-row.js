/** One run as a row of the table. */

import {h} from './dom.js';
import {age, id, isLive, number, percent, plain, policyName, stage, state} from './format.js';
import {epochsSaved, headline, keptEpoch} from './series.js';
import {sparkline} from './sparkline.js';
import {viewAddress} from './url-state.js';

/** Columns by name; the last ones are left out first where there is no room. */
export const COLUMNS = [
  ['select', ''], ['name', 'Run'], ['state', 'State'], ['stage', 'Stage'], ['epoch', 'Epoch'],
  ['signal', 'Signal'], ['loss', 'Loss'], ['least', 'Least'], ['accuracy', 'Accuracy'], ['decided', 'Decided'],
  ['kept', 'Kept'], ['saved', 'Saved'], ['policy', 'Policy'], ['shadows', 'Shadows say'],
  ['labels', 'Labels'], ['age', 'Age'],
];

export function stateMark(run) {
  return h('span', {class: `state-mark ${state(run)}`, title: run.stateMessage || undefined}, state(run));
}

export function stageMark(name) {
  return name ? h('span', {class: `stage ${name}`}, name) : '–';
}

/** Epochs of the budget, as numbers and as a bar. */
export function progress(run) {
  const done = run.progress?.completedEpochs ?? run.outcome?.finalEpoch ?? 0;
  const budget = run.spec?.epochs ?? run.progress?.totalEpochs ?? 0;
  return h('span', {class: 'progress'},
    h('span', {class: 'numbers'}, `${done}`, budget ? h('i', {}, ` / ${budget}`) : ''),
    budget ? h('meter', {min: 0, max: budget, value: done, 'aria-label': 'epochs of the budget'}) : '');
}

function decided(run) {
  if (!run.decision) return '–';
  const by = run.decision.rule === 'manual' ? 'by hand' : run.decision.policyId;
  return h('span', {title: run.decision.message}, `${run.decision.stopEpoch}`, h('i', {}, ` ${by}`));
}

function shadows(run) {
  const said = run.shadowDecisions ?? [];
  const all = run.shadowPolicies?.length ?? 0;
  if (all === 0) return '–';
  return said.length
    ? said.map((decision) => h('span', {class: 'tag', title: decision.message}, `${decision.policyId} ${decision.stopEpoch}`))
    : h('i', {}, 'go on');
}

function labels(run) {
  return Object.entries(run.labels ?? {}).map(([key, value]) => h('span', {class: 'tag'}, `${key}=${value}`));
}

export function row(run, options) {
  const {selected, focused, index, onSelect} = options;
  const {lossName, loss, accuracyName, accuracy} = headline(run);
  const saved = epochsSaved(run);
  const {place, least} = sparkline(run);
  const cells = {
    select: h('input', {type: 'checkbox', checked: selected, 'aria-label': `Select ${id(run)}`, onchange: () => onSelect(run)}),
    name: h('a', {href: viewAddress('run', {run: id(run)})}, id(run)),
    state: stateMark(run),
    stage: stageMark(stage(run.stage)),
    epoch: progress(run),
    signal: place,
    loss: h('span', {title: lossName}, number(loss)),
    least,
    accuracy: h('span', {title: accuracyName}, percent(accuracy)),
    decided: decided(run),
    kept: isLive(run) ? '–' : (keptEpoch(run) ?? '–'),
    saved: saved === undefined ? '–' : h('span', {class: 'good'}, percent(saved / run.spec.epochs, 0)),
    policy: h('span', {title: plain(run.launcher ?? 'LAUNCHER_KIND_', 'LAUNCHER_KIND_')}, policyName(run.policy)),
    shadows: shadows(run),
    labels: labels(run),
    age: h('span', {title: run.createTime}, age(run.createTime)),
  };
  return h('tr', {
    class: `${state(run)}${selected ? ' selected' : ''}${focused ? ' focused' : ''}`,
    'aria-rowindex': index + 2, 'aria-selected': selected ? 'true' : undefined,
  }, COLUMNS.map(([name]) => h('td', {class: `c-${name}`}, cells[name])));
}
