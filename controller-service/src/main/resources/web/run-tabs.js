/** Events, levels of the connectome, configuration, checkpoints and log of a run. */

import {readLog} from './api.js';
import {levels} from './levels.js';
import {h, replace, replaceIfChanged} from './dom.js';
import {clock, plain, words} from './format.js';
import {parameter, set} from './url-state.js';

const PREFIXES = /^[A-Z]+(_[A-Z]+)+$/;

/** A message as a table of its fields, nested ones with dots. */
export function flat(value, path = '') {
  if (value === null || typeof value !== 'object') return [[path, PREFIXES.test(value) ? value.toLowerCase().replaceAll('_', ' ') : String(value)]];
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.length ? [[path, value.join(', ')]] : [];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path ? `${path}.${key}` : key));
}

function eventTable(events) {
  return h('table', {class: 'list'},
    h('thead', {}, h('tr', {}, ['Time', 'Event', 'By', 'What'].map((title) => h('th', {scope: 'col'}, title)))),
    h('tbody', {}, [...events].reverse().map((event) => h('tr', {},
      h('td', {class: 'time'}, clock(event.eventTime)), h('td', {}, words(event.kind)), h('td', {}, event.actor),
      h('td', {class: 'text'}, event.message)))));
}

function configuration(run) {
  const part = (title, value) => [h('h3', {}, title), h('table', {class: 'list'}, h('tbody', {},
    flat(value).map(([name, text]) => h('tr', {}, h('th', {scope: 'row'}, name), h('td', {class: 'text'}, text || '–')))))];
  return h('div', {class: 'configuration'}, part('What is trained', run.spec ?? {}), part('Policy', run.policy ?? {}),
    (run.shadowPolicies ?? []).map((policy) => part(`Shadow policy ${policy.policyId}`, policy)),
    part('Placement', {launcher: run.launcher, ...(run.kubernetes ?? {}), uid: run.uid}));
}

function checkpoints(run) {
  const {outcome, spec} = run;
  const rows = [
    ['Kept', spec?.checkpoint ? `the newest ${spec.checkpoint.keep}, one every ${spec.checkpoint.everyEpochs} epoch(s)` : '–'],
    ['Weights kept', spec?.keep ? plain(spec.keep, 'KEPT_WEIGHTS_') : undefined],
    ['Result', outcome?.checkpointUri || undefined],
    ['Epoch of the result', outcome?.restoredEpoch ?? outcome?.finalEpoch],
    ['Last epoch trained', outcome?.finalEpoch],
    ...Object.entries(outcome?.metrics ?? {}).map(([name, value]) => [name, value]),
  ].filter(([, value]) => value !== undefined);
  return [!outcome && h('p', {class: 'quiet-text'}, 'The result appears here when an attempt has ended.'),
    h('table', {class: 'list'}, h('tbody', {}, rows.map(([name, value]) =>
      h('tr', {}, h('th', {scope: 'row'}, name), h('td', {class: 'text'}, `${value}`)))))];
}

function log(id, run) {
  const place = h('pre', {class: 'log', tabindex: 0, 'aria-label': 'Log'}, 'Reading …');
  const attempt = h('select', {'aria-label': 'Attempt', onchange: read},
    Array.from({length: Math.max(1, run.attempt)}, (unused, at) => run.attempt - at).map((number) => h('option', {value: number}, `Attempt ${number}`)));
  async function read() {
    try {
      place.textContent = (await readLog(id, Number(attempt.value))) || 'The log is empty.';
    } catch (failure) {
      place.textContent = failure.message;
    }
    place.scrollTop = place.scrollHeight;
  }
  read();
  return [h('div', {class: 'actions'}, attempt, h('button', {type: 'button', onclick: read}, 'Read again')), place];
}

export function tabs(id, place) {
  const titles = {events: 'Events', levels: 'Births and deaths', configuration: 'Configuration', checkpoints: 'Checkpoints', log: 'Log'};
  const panel = h('div', {role: 'tabpanel', id: 'tab-panel', class: 'panel', tabindex: 0});
  let run;
  let events;
  const name = () => (parameter('tab') in titles ? parameter('tab') : 'events');
  const buttons = Object.entries(titles).map(([key, title]) => h('button', {
    type: 'button', role: 'tab', id: `tab-${key}`, 'aria-controls': 'tab-panel', 'data-tab': key, onclick: () => choose(key), onkeydown: arrow,
  }, title));

  function choose(key) {
    set({tab: key === 'events' ? '' : key});
    draw();
  }

  function arrow(event) {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!by) return;
    const keys = Object.keys(titles);
    choose(keys[(keys.indexOf(name()) + by + keys.length) % keys.length]);
    buttons.find((button) => button.dataset.tab === name()).focus();
  }

  function draw() {
    for (const button of buttons) {
      const chosen = button.dataset.tab === name();
      button.setAttribute('aria-selected', chosen);
      button.tabIndex = chosen ? 0 : -1;
    }
    panel.setAttribute('aria-labelledby', `tab-${name()}`);
    if (name() === 'levels') {
      replaceIfChanged(panel, ['levels', Math.floor((run.progress?.completedEpochs ?? 0) / 10)], () => levels(id));
      return;
    }
    if (name() === 'log') {
      replaceIfChanged(panel, ['log', run.attempt], () => log(id, run));
      return;
    }
    const {spec, policy, shadowPolicies, outcome} = run;
    replaceIfChanged(panel, [name(), name() === 'events' ? events.at(-1)?.position : [spec, policy, shadowPolicies, outcome]],
      {events: () => eventTable(events), configuration: () => configuration(run), checkpoints: () => checkpoints(run)}[name()]);
  }

  replace(place, h('div', {role: 'tablist', class: 'tabs', 'aria-label': 'More about the run'}, buttons), panel);
  return {
    show(newRun, newEvents) {
      run = newRun;
      events = newEvents;
      draw();
    },
  };
}
