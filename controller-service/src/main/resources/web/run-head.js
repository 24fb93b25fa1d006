/** What a run is called, what it is doing, and what can be done about it. */

import {resumeRun, stopRun} from './api.js';
import {ask, copy, h, toast} from './dom.js';
import {id, isLive, stage} from './format.js';
import {stageMark, stateMark} from './fleet-row.js';
import {viewAddress} from './url-state.js';

const MODES = {
  STOP_MODE_GRACEFUL: 'After the current mini-batch, with a checkpoint',
  STOP_MODE_END_OF_EPOCH: 'At the end of the epoch, with a checkpoint',
  STOP_MODE_IMMEDIATE: 'Immediately',
};

async function act(call, done, reload) {
  try {
    await call();
    toast(done);
  } catch (failure) {
    toast(failure.message);
  }
  reload();
}

async function stop(run, reload) {
  const answer = await ask(`Stop ${id(run)}?`, [
    h('p', {}, `It has trained ${run.progress?.completedEpochs ?? 0} of ${run.spec?.epochs ?? '?'} epochs. A stopped run can be resumed from its checkpoint.`),
    h('label', {}, 'How soon', h('select', {name: 'mode'}, Object.entries(MODES).map(([mode, text]) => h('option', {value: mode}, text)))),
    h('label', {}, 'Reason, for the record', h('input', {name: 'reason', maxlength: 1024, autocomplete: 'off'})),
  ], 'Stop the run', true);
  if (answer) await act(() => stopRun(id(run), answer.mode, answer.reason), `${id(run)} is told to stop`, reload);
}

async function resume(run, reload) {
  const answer = await ask(`Resume ${id(run)}?`, [
    h('p', {}, 'It goes on from its newest checkpoint, as a new attempt.'),
    h('label', {}, 'Its policy', h('select', {name: 'policy'},
      h('option', {value: 'RESUME_POLICY_KEEP'}, 'Goes on, and stops the run again once its condition was false'),
      h('option', {value: 'RESUME_POLICY_SHADOW'}, 'Only records; nothing stops the run'))),
  ], 'Resume the run');
  if (answer) await act(() => resumeRun(id(run), answer.policy), `${id(run)} will be resumed`, reload);
}

function copies(run) {
  const path = `${location.origin}/v1/runs/${id(run)}`;
  const curl = 'curl -H @<(printf "Authorization: Bearer %s" "$CONNECTOME_TOKEN")';
  const texts = {
    'Command: show': `connectome runs get ${id(run)}`,
    'Command: watch': `connectome runs watch ${id(run)}`,
    'Command: stop': `connectome runs stop ${id(run)}`,
    'curl: run': `${curl} ${path}`,
    'curl: series': `${curl} '${path}:readSeries?series=deathDistance&series=trainLoss'`,
    'curl: stop': `${curl} -X POST ${path}:stop -H 'Content-Type: application/json' -d '{}'`,
    'Address of this view': location.href,
  };
  return h('select', {
    class: 'live', 'aria-label': 'Copy', onchange: (event) => {
      copy(texts[event.target.value]);
      event.target.value = '';
    },
  }, h('option', {value: ''}, 'Copy as …'), Object.keys(texts).map((name) => h('option', {value: name}, name)));
}

export function head(run, reload) {
  const resumable = ['RUN_STATE_STOPPED', 'RUN_STATE_COMPLETED', 'RUN_STATE_FAILED'].includes(run.state);
  return h('div', {class: 'run-head'},
    h('h1', {}, id(run)), stateMark(run), stage(run.stage) && stageMark(stage(run.stage)),
    Object.entries(run.labels ?? {}).map(([key, value]) => h('span', {class: 'tag'}, `${key}=${value}`)),
    h('div', {class: 'actions'},
      copies(run),
      h('a', {class: 'button live', href: viewAddress('whatif', {runs: id(run)})}, 'What if'),
      resumable && h('button', {type: 'button', class: 'live', onclick: () => resume(run, reload)}, 'Resume …'),
      isLive(run) && h('button', {type: 'button', class: 'live', disabled: run.state === 'RUN_STATE_STOPPING', onclick: () => stop(run, reload)}, 'Stop …')));
}
