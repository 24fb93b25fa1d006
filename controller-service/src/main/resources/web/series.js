/** The series that runs have, what they mean, and which chart each belongs to. */

export const SIGNALS = {
  connectomeDistance: 'How far the connectome moved since the snapshot before, neuron by neuron',
  deathDistance: 'How far the cycles of the connectome moved since the snapshot before',
  birthDistance: 'How far the strongest connections of the connectome moved since the snapshot before',
  topologicalDistance: 'Births and deaths together',
  neighbourDisagreement: 'How often inputs that the network sees as close are classified differently',
  treeDisagreement: 'The same along the tree of closest inputs',
  neighbourTurnover: 'Share of neighbouring inputs that were not neighbours before',
  predictedClassConcentration: 'How unevenly the predictions are spread over the classes',
  deathDistanceFromFirst: 'How far the cycles are from where they began',
  deathMean: 'Mean strength of the connections that close cycles',
  birthMean: 'Mean strength of the connections of the spanning tree',
};

export const MEANINGS = {
  connectome: 'The connectome of a network is the table of absolute Pearson correlations between its neurons, measured on a fixed set of inputs, the probe.',
  birth: 'Births are the correlations that connect the neurons into one component as weaker and weaker connections are added: the maximum spanning tree.',
  death: 'Deaths are all other correlations: each closes a cycle.',
  stage: 'A stage says what the death distance is doing: rising to its peak (reorganisation), falling (consolidation), or wandering around a floor (stability).',
};

const STANDARD = ['trainLoss', 'validationLoss', 'testLoss', 'trainAccuracy', 'validationAccuracy', 'testAccuracy'];

function members(policy) {
  const inside = policy?.any?.policies ?? policy?.all?.policies;
  return inside ? inside.flatMap(members) : policy ? [policy] : [];
}

/** Every series that a policy reads. */
export function monitors(policy) {
  return [...new Set(members(policy).map((member) => member.monitor).filter(Boolean))];
}

/** The one series that tells most about a run: of the connectome if its policy reads one. */
export function mainSeries(run) {
  const read = [run.policy, ...(run.shadowPolicies ?? [])].flatMap(monitors);
  return read.find((name) => name === 'connectomeDistance' || name === 'deathDistance')
    ?? read.find((name) => name in SIGNALS) ?? 'deathDistance';
}

/** What to ask the controller for. */
export function seriesOf(run) {
  const reported = Object.keys(run.progress?.metrics ?? {});
  const read = [run.policy, ...(run.shadowPolicies ?? [])].flatMap(monitors);
  return [...new Set([...Object.keys(SIGNALS), ...STANDARD, ...reported, ...read])].slice(0, 64);
}

export function group(name) {
  if (name in SIGNALS || /Distance|Disagreement/.test(name)) return 'signals';
  if (/loss/i.test(name)) return 'loss';
  if (/accuracy/i.test(name)) return 'accuracy';
  return 'other';
}

export const GROUPS = {
  signals: {title: 'Connectome', log: true},
  loss: {title: 'Loss', log: true},
  accuracy: {title: 'Accuracy', log: false},
  other: {title: 'Other metrics', log: false},
};

/** Exponential moving average: weight 0 leaves a series as it is. */
export function smoothed(values, weight) {
  let mean;
  return values.map((value) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return value;
    mean = mean === undefined ? value : weight * mean + (1 - weight) * value;
    return mean;
  });
}

export function extremes(values) {
  const finite = values.filter(Number.isFinite);
  return finite.length
    ? {min: finite.reduce((a, b) => Math.min(a, b)), max: finite.reduce((a, b) => Math.max(a, b)), last: finite.at(-1)}
    : {min: undefined, max: undefined, last: undefined};
}

/** The loss and accuracy that people ask for first. */
export function headline(run) {
  const metrics = {...(run.progress?.metrics ?? {}), ...(run.outcome?.metrics ?? {})};
  const first = (...names) => names.map((name) => [name, metrics[name]]).find(([, value]) => value !== undefined) ?? [];
  const [lossName, loss] = first('validationLoss', 'trainLoss', 'testLoss');
  const [accuracyName, accuracy] = first('testAccuracy', 'validationAccuracy', 'trainAccuracy');
  return {lossName, loss, accuracyName, accuracy};
}

/** Epochs that a run did not train because it was stopped. */
export function epochsSaved(run) {
  const budget = run.spec?.epochs;
  const final = run.outcome?.finalEpoch;
  return run.state === 'RUN_STATE_STOPPED' && budget && final !== undefined ? Math.max(0, budget - final) : undefined;
}

export function keptEpoch(run) {
  return run.outcome?.restoredEpoch ?? run.decision?.restoreEpoch ?? run.outcome?.finalEpoch;
}
