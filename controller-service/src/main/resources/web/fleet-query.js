/** Which runs the table asks for, and in which order. */

import {LIVE} from './format.js';
import {headline} from './series.js';
import {parameter} from './url-state.js';

export const STATES = {
  all: [], live: [...LIVE], stopped: ['RUN_STATE_STOPPED'], completed: ['RUN_STATE_COMPLETED'],
  failed: ['RUN_STATE_FAILED'], lost: ['RUN_STATE_LOST'],
};
const FIELD = /^(name|uid|state|launcher|attempt|(create|update|start|end)_time|(labels|metrics|lowest|highest|progress|decision)(\..*)?)=/;
const SHORT = /^(?!(AND|OR|NOT|-.*)$)[\w.-]+(=[\w.-]+)?$/;

/** Short for a filter: key=value is a label, any other word what names begin with. */
const isShort = (word) => SHORT.test(word) && !FIELD.test(word);

/** The conditions of ListTrainingRuns that the address stands for. */
export function conditions() {
  const wanted = {states: STATES[parameter('state', 'all')] ?? [], orderBy: parameter('sort')};
  const words = parameter('q').split(/\s+/).filter(Boolean);
  if (!words.every(isShort)) return {...wanted, filter: parameter('q')};
  for (const word of words) {
    const [key, value] = word.split('=', 2);
    if (value === undefined) wanted.idPrefix = word;
    else wanted[`labels[${key}]`] = value;
  }
  return wanted;
}

const field = (order) => order.replace(/ desc$/, '');
const reversed = (order) => (order === field(order) ? `${order} desc` : field(order));

/** The columns that can be ordered by, and how that begins; loss and accuracy are those that the runs have. */
const orders = (runs) => {
  const one = runs.map(headline).find(({lossName}) => lossName) ?? {};
  return {
    name: 'name', state: 'state', epoch: 'progress.completed_epochs desc', loss: `metrics.${one.lossName ?? 'trainLoss'}`,
    accuracy: `metrics.${one.accuracyName ?? 'testAccuracy'} desc`, age: 'create_time',
  };
};
const FIELDS = {
  name: /^name$/, state: /^state$/, epoch: /^progress\./, loss: /^metrics\.\w*Loss$/, accuracy: /^metrics\.\w*Accuracy$/, age: /^create_time$/,
};

export const isSortable = (column) => column in FIELDS;

/** As aria-sort says it; undefined if the table is not ordered by the column. */
export function direction(column) {
  const order = parameter('sort');
  if (!FIELDS[column]?.test(field(order))) return undefined;
  return order.endsWith(' desc') ? 'descending' : 'ascending';
}

/** The order after its heading was pressed: one way, the other, and newest first again. */
export function nextOrder(column, runs) {
  const order = parameter('sort');
  const first = orders(runs)[column];
  if (direction(column) === undefined) return first;
  return order === first ? reversed(first) : '';
}
