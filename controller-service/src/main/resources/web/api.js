/** The controller's API, as every client has it. */

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Whether the controller answers; tells when that changes, and when it does not know who asks. */
export const connection = Object.assign(new EventTarget(), {away: false});

function reached(away) {
  if (connection.away !== away) {
    connection.away = away;
    connection.dispatchEvent(new Event('change'));
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (failure) {
    if (failure.name !== 'AbortError') reached(true);
    throw failure;
  }
  reached(false);
  if (response.status === 401) connection.dispatchEvent(new Event('unknown'));
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    throw new ApiError(response.status, body.message || `the controller answered ${response.status}`);
  }
  return response;
}

export function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== '') search.append(name, one);
    }
  }
  const text = search.toString();
  return text ? '?' + text : '';
}

async function get(path, parameters = {}, signal = undefined) {
  return (await call(path + query(parameters), {signal})).json();
}

async function send(method, path, body, signal = undefined) {
  const headers = {'Content-Type': 'application/json', 'X-Connectome-Actor': 'page'};
  return (await call(path, {method, headers, body: JSON.stringify(body), signal})).json();
}

/** A random id; browsers have randomUUID only where the connection is secure. */
function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export const listRuns = (parameters, signal) => get('/v1/runs', parameters, signal);
export const getRun = (id, signal) => get(`/v1/runs/${id}`, {}, signal);
export const getEnforcement = () => get('/v1/enforcement');
export const setEnforcement = (suspended, reason) => send('PATCH', '/v1/enforcement', {suspended, reason});
export const stopRun = (id, mode, reason) =>
  send('POST', `/v1/runs/${id}:stop`, {mode, reason, requestId: requestId()});
export const resumeRun = (id, policy) =>
  send('POST', `/v1/runs/${id}:resume`, {policy, requestId: requestId()});
export const replay = (id, policy, signal) => send('POST', `/v1/runs/${id}:replayPolicy`, {policy}, signal);

/** The items of a list, a page at a time; little more than the most that are wanted. */
async function all(path, items, signal, most = Infinity) {
  const found = [];
  let pageToken = '';
  do {
    const page = await get(path, {pageSize: 1000, pageToken}, signal);
    found.push(...page[items]);
    pageToken = page.nextPageToken;
  } while (pageToken && found.length < most);
  return found;
}

/** Every event of a run, oldest first. */
export const listEvents = (id, signal) => all(`/v1/runs/${id}/events`, 'events', signal);

/** Signatures of a run, by attempt and epoch. */
export const listSignatures = (id, most) => all(`/v1/runs/${id}/signatures`, 'signatures', undefined, most);

const NUMBERS = {NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity};

/** Series of a run as a map of name to {epochs, values}, and where attempts begin. */
export async function readSeries(id, series, maxPoints, signal) {
  const answer = await get(`/v1/runs/${id}:readSeries`, {series, maxPoints}, signal);
  const found = new Map();
  for (const one of answer.series) {
    found.set(one.name, {epochs: one.epochs, values: one.values.map((value) => NUMBERS[value] ?? value)});
  }
  return {series: found, attempts: answer.attempts};
}

/** Numbers that the controller measures of itself, by name with labels; sums where several have the name. */
export async function readMetrics() {
  const text = await (await call('/q/metrics')).text();
  const metrics = new Map();
  for (const [, name, labels, value] of text.matchAll(/^(\w+)(\{.*?\})? (\S+)$/gm)) {
    metrics.set(name, (metrics.get(name) ?? 0) + Number(value));
    if (labels) metrics.set(name + labels, Number(value));
  }
  return metrics;
}

/** The health of the controller's parts; an unhealthy answer is an answer too. */
export async function readHealth() {
  try {
    const response = await fetch('/q/health/ready');
    reached(false);
    return response.json();
  } catch (failure) {
    reached(true);
    throw failure;
  }
}

/**
 * Follows a run until it ends; the browser resumes a broken stream where it was.
 * Returns what ends it.
 */
export function watchRun(id, afterPosition, onItem, onEnd) {
  const source = new EventSource(`/v1/runs/${id}:watch` + query({afterPosition}));
  source.onmessage = (message) => {
    reached(false);
    onItem(JSON.parse(message.data));
  };
  source.onerror = () => source.readyState === EventSource.CLOSED && onEnd(false);
  for (const last of ['end', 'failure']) {
    source.addEventListener(last, () => {
      source.close();
      onEnd(last === 'end');
    });
  }
  return () => source.close();
}

/** Reads a log as it is now, at most its last part. */
export async function readLog(id, attempt, signal) {
  const text = await (await call(`/v1/runs/${id}:readLog` + query({attempt}), {signal})).text();
  return text.length > 400_000 ? '…\n' + text.slice(-400_000) : text;
}
