/** The strip that says whether the platform is well, and the banners that say when it is not. */

import {connection, getEnforcement, readHealth, readMetrics, setEnforcement} from './api.js';
import {ask, h, replace, toast} from './dom.js';
import {clock, duration} from './format.js';

const EVERY_MILLIS = 4000;
const LONG_STOP_SECONDS = 120;
const STALE_LOOP_SECONDS = 60;

/** What the strip shows, from the controller's own measurements. */
function parts(metrics, health) {
  const number = (name) => metrics.get(name);
  const runs = (state) => number(`connectome_runs{state="${state}"}`) ?? 0;
  const failing = health.checks.filter((check) => check.status !== 'UP').map((check) => check.name);
  const loops = [...metrics].filter(([name, age]) => name.startsWith('connectome_loop_age_seconds{') && age > STALE_LOOP_SECONDS);
  const lag = number('connectome_signatures_lag');
  const dead = number('connectome_signatures_malformed_total') ?? 0;
  const stops = number('connectome_stops_unfinished') ?? 0;
  const oldest = number('connectome_stops_oldest_seconds') ?? 0;
  const decided = number('connectome_run_events_total{kind="DECIDED"}');
  const quarantined = number('connectome_runs_quarantined') ?? 0;
  return [
    {name: 'Services', value: failing.length ? failing.join(', ') : loops.length ? `${loops.length} loops behind` : 'up',
      bad: failing.length + loops.length > 0, title: 'Health checks and loops of this controller'},
    {name: 'Training', value: `${runs('running')}`, title: `${runs('pending')} waiting, ${runs('starting')} starting, ${runs('lost')} lost`},
    lag !== undefined && {name: 'Lag', value: `${lag}`, bad: lag > 1000, title: 'Signatures published and not yet read'},
    {name: 'Stops', value: `${stops}`, bad: oldest > LONG_STOP_SECONDS,
      title: stops ? `On their way; the oldest for ${duration(oldest)}` : 'No stop is on its way'},
    decided !== undefined && {name: 'Decisions', value: `${decided}`, title: 'Decisions of this controller since its start'},
    (dead > 0) && {name: 'Dead letters', value: `${dead}`, bad: true, title: 'Signatures refused since the controller started'},
    (quarantined > 0) && {name: 'Quarantined', value: `${quarantined}`, bad: true, title: 'Runs whose work fails and is tried again later'},
  ].filter(Boolean);
}

function strip(shown) {
  return shown.map(({name, value, bad, title}) =>
    h('span', {class: bad ? 'part bad' : 'part', title}, h('b', {}, value), ' ', name));
}

/** Says since when and why nothing is stopped, and lets a person change that. */
function suspended(enforcement) {
  const {reason, actor, updateTime} = enforcement;
  return h('section', {class: 'banner warn', 'aria-label': 'Enforcement'},
    h('p', {}, h('strong', {}, 'Enforcement is off: '), 'policies only record what they decide, and no run is stopped by one.',
      updateTime ? ` Switched off by ${actor || 'someone'} on ${clock(updateTime)}${reason ? `: ${reason}` : ''}.` : ''),
    h('button', {type: 'button', onclick: resume}, 'Switch on …'));
}

async function resume() {
  const answer = await ask('Switch enforcement on?',
    [h('p', {}, 'From now on, decisions of enforcing policies stop their runs again. A policy whose condition has held since stops its run only after its condition was false.'),
      h('label', {}, 'Reason, for the record', h('input', {name: 'reason', maxlength: 1024}))], 'Switch on');
  if (answer) {
    await setEnforcement(false, answer.reason).catch((failure) => toast(failure.message));
    await refresh();
  }
}

const away = () => h('section', {class: 'banner bad', role: 'alert'},
  h('p', {}, h('strong', {}, 'The controller does not answer. '), 'What you see may be old. Trainings go on without it; this page asks again every few seconds.'));

let enforcement = {};
let problem = '';

/** Whether this controller shows its measurements and its health here; they may be kept on a port of their own. */
let measured = true;

function banners() {
  replace(document.getElementById('banners'),
    connection.away && away(),
    enforcement.suspended && suspended(enforcement),
    problem && h('section', {class: 'banner bad', role: 'alert'}, h('p', {}, problem)));
}

async function refresh() {
  try {
    const [metrics, health, switched] = await Promise.allSettled([measured && readMetrics(), measured && readHealth(), getEnforcement()]);
    measured &&= metrics.reason?.status !== 404;
    if (switched.status === 'fulfilled') enforcement = switched.value;
    problem = switched.status === 'rejected' && !connection.away ? switched.reason.message : '';
    if (measured && metrics.status === 'fulfilled' && health.status === 'fulfilled') {
      replace(document.getElementById('health'), strip(parts(metrics.value, health.value)));
    }
  } finally {
    banners();
  }
}

export function startHealth() {
  connection.addEventListener('change', banners);
  const again = () => setTimeout(async () => {
    if (!document.hidden) await refresh();
    again();
  }, EVERY_MILLIS);
  refresh().then(again);
}

