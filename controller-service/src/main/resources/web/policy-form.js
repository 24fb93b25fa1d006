/** A policy as knobs. */

import {h, replace} from './dom.js';
import {rule, words} from './format.js';
import {SIGNALS} from './series.js';

const fraction = (standard) => ({standard, min: 0.01, max: 1, step: 0.01});
const points = (standard, max = 20) => ({standard, min: 1, max, step: 1});

/** The settings of each rule, as the contract has them. */
const KNOBS = {
  diminishing: {
    smoothing: {...fraction(0.3), help: 'Weight of the newest value in the moving average'},
    peakFraction: {...fraction(1), help: 'How far below its peak the series must be'},
    window: {...points(3), help: 'Points over which the fall is measured'},
    minRelativeDrop: {...fraction(0.3), max: 0.99, help: 'The smallest fall that counts as still falling'},
    confirm: {...points(2), help: 'Points in a row for which it must hold'},
  },
  plateau: {
    fraction: {...fraction(0.1), max: 0.99, help: 'The fraction of its peak that the series must stay below'},
    confirm: {...points(3), help: 'Points in a row for which it must hold'},
  },
  patience: {
    patience: {...points(5, 50), help: 'Points without an improvement after which to stop'},
    minDelta: {standard: 0, min: 0, max: 0.1, step: 0.001, help: 'The smallest change that counts as an improvement'},
    startFromEpoch: {...points(1, 50), help: 'Points before this epoch are ignored'},
  },
  trough: {
    smoothing: {...fraction(0.5), help: 'Weight of the newest value in the moving average'},
    peakFraction: {...fraction(1), help: 'How far below its peak the trough must be'},
    confirm: {...points(1), help: 'Points that must not fall below the trough'},
  },
  slowing: {
    smoothing: {...fraction(0.5), help: 'Weight of the newest value in the moving average'},
    minFall: {...fraction(0.25), help: 'The least fall below the first value'},
    window: {...points(3), help: 'Points over which a fall is measured'},
    maxPace: {...fraction(0.7), max: 0.99, help: 'How much of its fastest fall the latest one may be'},
    confirm: {...points(2), help: 'Points in a row for which it must hold'},
  },
  flat: {
    window: {...points(12, 50), min: 5, help: 'Points through which the line is drawn'},
    minFall: {...fraction(0.04), help: 'The least fall of the line, as a fraction of the mean'},
    significance: {standard: 6, min: 0, max: 20, step: 0.5, help: 'The least slope, in standard errors'},
  },
};

const MEANING = {
  default: 'The policy of a run that names none',
  diminishing: 'Stops when the series, below its peak, no longer falls much',
  plateau: 'Stops when the series stays at a fraction of its peak',
  patience: 'Stops when the series no longer improves, as in Keras and Lightning',
  trough: 'Stops when the series has passed its lowest point, and keeps that one',
  slowing: 'Stops when the series has fallen well and falls more slowly',
  flat: 'Stops when the series no longer falls steadily',
};

const LOSSES = ['trainLoss', 'validationLoss', 'testLoss', 'trainAccuracy', 'validationAccuracy', 'testAccuracy'];

/** diminishing:window=8,monitor=trainLoss, as the command line has it. */
export function text(policy) {
  const name = rule(policy);
  if (name === 'default') return 'default';
  const settings = Object.entries({...policy[name], ...(policy.monitor ? {monitor: policy.monitor} : {})})
    .map(([key, value]) => `${key.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())}=${value === 'MONITOR_MODE_MAX' ? 'max' : value}`);
  return settings.length ? `${name}:${settings.join(',')}` : name;
}

/** The other way round; what is not known is left out. */
export function parse(written) {
  const [name, settings = ''] = written.split(':', 2);
  if (!(name in KNOBS)) return {};
  const policy = {[name]: {}};
  for (const setting of settings.split(',').filter(Boolean)) {
    const [key, value] = setting.split('=', 2);
    const field = key.replace(/-([a-z])/g, (unused, letter) => letter.toUpperCase());
    if (field === 'monitor') policy.monitor = value;
    else if (field === 'mode') policy[name].mode = 'MONITOR_MODE_MAX';
    else if (field in KNOBS[name] && Number.isFinite(Number(value))) policy[name][field] = Number(value);
  }
  return policy;
}

/** @param changed is called with the policy whenever a knob moves */
export function policyForm(policy, changed) {
  let current = policy;
  const knobs = h('div', {class: 'knobs'});
  const help = h('p', {class: 'quiet-text'});
  const monitor = h('select', {id: 'monitor', onchange: () => {
    current.monitor = monitor.value;
    orient();
    tell();
  }}, [['Signals of the connectome', Object.keys(SIGNALS)], ['Metrics', LOSSES]].map(([label, names]) =>
    h('optgroup', {label}, names.map((name) => h('option', {value: name}, name)))));
  const choice = h('select', {id: 'rule', onchange: () => {
    current = choice.value === 'default' ? {} : {[choice.value]: {}, monitor: monitor.value};
    orient();
    draw();
    tell();
  }}, Object.keys(MEANING).map((name) => h('option', {value: name}, words(name))));

  /** Of an accuracy, larger values are better. */
  function orient() {
    if (current.patience) {
      if (/accuracy/i.test(current.monitor)) current.patience.mode = 'MONITOR_MODE_MAX';
      else delete current.patience.mode;
    }
  }

  const tell = () => changed(structuredClone(current));

  function knob(name, {standard, min, max, step, help: explanation}) {
    const value = current[rule(current)][name] ?? standard;
    const id = `knob-${name}`;
    const number = h('input', {type: 'number', min, max, step, value, 'aria-label': `${words(name)}, as a number`, oninput: () => move(number)});
    const slider = h('input', {type: 'range', id, min, max, step, value, title: explanation, oninput: () => move(slider)});
    function move(from) {
      if (!Number.isFinite(from.valueAsNumber)) return;
      for (const other of [number, slider]) if (other !== from) other.value = from.value;
      current[rule(current)][name] = from.valueAsNumber;
      tell();
    }
    return h('div', {class: 'knob'}, h('label', {for: id, title: explanation}, words(name)), number, slider, h('p', {class: 'quiet-text'}, explanation));
  }

  function draw() {
    const name = rule(current);
    choice.value = name;
    help.textContent = MEANING[name];
    monitor.closest('div')?.toggleAttribute('hidden', name === 'default');
    replace(knobs, Object.entries(KNOBS[name] ?? {}).map(([key, settings]) => knob(key, settings)));
  }

  monitor.value = current.monitor ?? 'deathDistance';
  const form = h('form', {class: 'policy', onsubmit: (event) => event.preventDefault()},
    h('div', {class: 'field'}, h('label', {for: 'rule'}, 'Rule'), choice), help,
    h('div', {class: 'field'}, h('label', {for: 'monitor'}, 'Series'), monitor), knobs);
  draw();
  return form;
}
