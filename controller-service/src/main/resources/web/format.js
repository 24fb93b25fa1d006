/** How numbers, times and names are written. */

export const id = (run) => run.name.slice('runs/'.length);

export function number(value) {
  if (value === undefined || value === null) return '–';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e5 || size < 1e-3) return value.toExponential(2).replace('e+', 'e');
  return value.toPrecision(4).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}

export function percent(value, digits = 1) {
  return value === undefined ? '–' : (100 * value).toFixed(digits) + ' %';
}

export function count(value, noun) {
  return `${value.toLocaleString('en')} ${noun}${value === 1 ? '' : 's'}`;
}

export function signed(value, write) {
  return (value > 0 ? '+' : value < 0 ? '−' : '±') + write(Math.abs(value));
}

const UNITS = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];

export function duration(seconds) {
  if (seconds < 1) return `${Math.max(0, seconds).toFixed(1)} s`;
  const at = UNITS.findIndex(([size]) => seconds >= size);
  const [size, unit] = UNITS[at];
  const whole = Math.floor(seconds / size);
  if (whole >= 10 || at === UNITS.length - 1) return `${whole} ${unit}`;
  const [nextSize, nextUnit] = UNITS[at + 1];
  const rest = Math.floor((seconds % size) / nextSize);
  return rest ? `${whole} ${unit} ${rest} ${nextUnit}` : `${whole} ${unit}`;
}

export const age = (time) => duration((Date.now() - Date.parse(time)) / 1000);

export function clock(time) {
  const date = new Date(time);
  return `${date.toLocaleDateString('sv')} ${date.toLocaleTimeString('sv')}`;
}

/** RUN_STATE_RUNNING to running. */
export function plain(constant, prefix) {
  return constant.slice(prefix.length).toLowerCase().replaceAll('_', ' ');
}

export const state = (run) => plain(run.state, 'RUN_STATE_');
export const stage = (constant) => {
  const name = plain(constant ?? 'TRAINING_STAGE_UNSPECIFIED', 'TRAINING_STAGE_');
  return name === 'unspecified' ? '' : name;
};

export const LIVE = new Set(['RUN_STATE_PENDING', 'RUN_STATE_STARTING', 'RUN_STATE_RUNNING', 'RUN_STATE_STOPPING', 'RUN_STATE_LOST']);
export const isLive = (run) => LIVE.has(run.state);

/** camelCase or snake_case to words. */
export function words(name) {
  const text = name.replaceAll('_', ' ').replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return text[0].toUpperCase() + text.slice(1);
}

/** What a policy is called: its id, and its rule where that says more. */
export const RULES = ['never', 'patience', 'plateau', 'diminishing', 'any', 'all', 'trough', 'slowing', 'flat'];
export const rule = (policy) => RULES.find((name) => policy?.[name]) ?? 'default';

export function policyName(policy) {
  if (!policy) return '–';
  const name = rule(policy);
  return policy.policyId && policy.policyId !== name ? policy.policyId : name;
}
