/** What was decided about a run and why, in words. */

import {h} from './dom.js';
import {age, clock, count, duration, isLive, number, percent, plain, policyName, stage, state} from './format.js';
import {epochsSaved, headline, keptEpoch} from './series.js';

const seconds = (time) => (time ? Number.parseFloat(time) : undefined);

function points(decision) {
  if (!decision.evidence?.length) return '';
  return h('details', {}, h('summary', {}, `The ${count(decision.evidence.length, 'point')} of ${decision.monitor || 'the series'} that decided`),
    h('table', {class: 'small'}, h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'Epoch'), h('th', {scope: 'col'}, decision.monitor || 'Value'))),
      h('tbody', {}, decision.evidence.map(({epoch, value}) => h('tr', {}, h('td', {}, epoch), h('td', {}, number(Number(value))))))));
}

function decided(run) {
  const {decision} = run;
  const members = decision.members ?? [];
  const by = decision.rule === 'manual' ? 'A person stopped it' : `Policy ${decision.policyId} decided`;
  return [
    h('p', {}, `${by} at epoch ${decision.stopEpoch}`, members.length > 0
      ? `, when ${decision.rule === 'any' ? 'one' : 'every one'} of its ${members.length} policies had:` : [': ', decision.message, '.']),
    members.length > 0 && h('ul', {class: 'members'}, members.map((member) =>
      h('li', {}, h('b', {}, member.policyId), ` at epoch ${member.stopEpoch}: ${member.message}`))),
    (members.length ? members : [decision]).map(points),
    h('p', {class: 'quiet-text'}, decision.decideTime ? `Decided ${clock(decision.decideTime)}.` : ''),
  ];
}

function stopping(run) {
  const {stop} = run;
  if (!stop || !isLive(run)) return '';
  const phase = plain(stop.phase, 'STOP_PHASE_');
  return h('p', {}, `The stop is ${phase}`, stop.lastError ? `; last error: ${stop.lastError}` : '', '.');
}

function shadows(run) {
  return (run.shadowDecisions ?? []).map((decision) =>
    h('p', {class: 'quiet-text'}, h('b', {}, decision.policyId), ` (shadow) would have stopped it at epoch ${decision.stopEpoch}: ${decision.message}.`));
}

const HEADINGS = {
  pending: 'Waiting to start', starting: 'Starting', stopping: 'Stopping', lost: 'No sign of life',
  completed: 'Trained to the end of its budget', failed: 'Failed',
};

function heading(run) {
  const name = state(run);
  if (name === 'running') return stage(run.stage) === 'stability' ? 'Settled, and still training' : 'Still learning';
  if (name === 'stopped') return run.decision?.rule === 'manual' ? 'Stopped by hand' : 'Stopped by its policy';
  return HEADINGS[name] ?? name;
}

export function why(run) {
  const name = state(run);
  return h('section', {class: `panel why ${name}`, 'aria-labelledby': 'why'},
    h('h2', {id: 'why'}, heading(run)),
    name === 'lost' && h('p', {}, 'No heartbeat has come for three intervals. Nothing else has happened: the run goes back to its state as soon as one arrives.'),
    run.stateMessage && run.stateMessage !== run.decision?.message && h('p', {}, run.stateMessage),
    run.decision ? decided(run) : isLive(run) && h('p', {}, `Policy ${policyName(run.policy)} has not decided.`),
    stopping(run),
    shadows(run));
}

/** @param best the smallest loss recorded */
export function facts(run, best) {
  const {lossName, loss, accuracyName, accuracy} = headline(run);
  const saved = epochsSaved(run);
  const took = run.startTime && ((run.endTime ? Date.parse(run.endTime) : Date.now()) - Date.parse(run.startTime)) / 1000;
  const training = seconds(run.progress?.trainingTime);
  const rows = [
    ['Epoch', `${run.progress?.completedEpochs ?? run.outcome?.finalEpoch ?? 0} of ${run.spec?.epochs ?? '–'}`],
    ['Kept', isLive(run) || keptEpoch(run) === undefined ? undefined : `epoch ${keptEpoch(run)}`],
    ['Saved', saved === undefined ? undefined : `${count(saved, 'epoch')}, ${percent(saved / run.spec.epochs, 0)}`],
    [lossName ?? 'Loss', loss === undefined ? undefined : number(loss)],
    ['Least loss', best === undefined ? undefined : number(best)],
    [accuracyName ?? 'Accuracy', accuracy === undefined ? undefined : percent(accuracy, 2)],
    ['Policy', policyName(run.policy)],
    ['Attempt', run.attempt > 1 ? run.attempt : undefined],
    ['Created', `${age(run.createTime)} ago`],
    [run.endTime ? 'Took' : 'Running for', took ? duration(took) : undefined],
    ['Time training', training ? duration(training) : undefined],
    ['Time probing', training ? percent((seconds(run.progress.probeTime) ?? 0) / training) + ' of it' : undefined],
    ['Snapshots dropped', Number(run.progress?.droppedSnapshots) || undefined],
  ];
  return h('section', {class: 'panel', 'aria-label': 'Facts'}, h('dl', {class: 'facts'},
    rows.filter(([, value]) => value !== undefined).map(([title, value]) => [h('dt', {}, title), h('dd', {}, value)])));
}
