package dev.connectome.controller.launch.kubernetes;

import com.google.common.util.concurrent.RateLimiter;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.kubernetes.Reconciliation.Action;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.AttemptTable.OnCluster;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts trainers as Kubernetes Jobs, one an attempt, and ends attempts by what becomes of their
 * Jobs. It keeps nothing that the database and the cluster do not: whoever comes after it goes on
 * from there. Jobs outlive the controller.
 */
public final class KubernetesLauncher implements Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(KubernetesLauncher.class);
  private static final Duration FULL_LOOK = Duration.ofSeconds(10);
  private static final int AT_ONCE = 8;
  private static final int UNDER_WAY = 64;
  private static final int UNPROCESSABLE = 422;
  private static final String ACTOR = "kubernetes";

  private final Store store;
  private final Attempts attempts;
  private final KubernetesClient client;
  private final KubernetesLauncherSettings settings;
  private final Clock clock;
  private final String namespace;
  private final JobTemplate template;
  private final ClusterWatch watch;
  private final RateLimiter limiter;
  private final ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
  private final Semaphore underWay = new Semaphore(UNDER_WAY);
  private final Set<JobKey> busy = ConcurrentHashMap.newKeySet();
  private Instant lastFullLook = Instant.EPOCH;
  private volatile boolean closed;

  /**
   * Makes a launcher.
   *
   * @param store the database
   * @param attempts begins and ends attempts
   * @param client the cluster
   * @param settings how Jobs are made
   * @param clock tells the time
   * @throws IllegalArgumentException if the operator's Job template is none
   */
  public KubernetesLauncher(
      Store store,
      Attempts attempts,
      KubernetesClient client,
      KubernetesLauncherSettings settings,
      Clock clock) {
    this.store = store;
    this.attempts = attempts;
    this.client = client;
    this.settings = settings;
    this.clock = clock;
    this.namespace =
        settings.namespace().or(() -> Optional.ofNullable(client.getNamespace())).orElse("default");
    this.template =
        new JobTemplate(
            settings, store.inTransaction(transaction -> transaction.installation().uid()));
    this.watch = new ClusterWatch(client, namespace, template.selector());
    this.limiter = RateLimiter.create(settings.requestsPerSecond());
  }

  @Override
  public void adopt() {
    LOG.info("watching Jobs namespace={}", namespace);
    watch.start();
  }

  @Override
  public synchronized void work() {
    begin();
    if (!watch.hasSeenAll()) {
      return;
    }
    Set<JobKey> changed = watch.takeChanged();
    if (!lastFullLook.plus(FULL_LOOK).isAfter(clock.instant())) {
      lastFullLook = clock.instant();
      reconcile(watch.all(), true);
    } else if (!changed.isEmpty()) {
      reconcile(changed, false);
    }
  }

  private void begin() {
    while (!closed && underWay.tryAcquire()) {
      Optional<Attempts.Launch> next = Optional.empty();
      try {
        next = attempts.next(RunRow.KUBERNETES, settings.maxConcurrentRuns(), Optional.empty());
      } finally {
        if (next.isEmpty()) {
          underWay.release();
        }
      }
      if (next.isEmpty()) {
        return;
      }
      Attempts.Launch launch = next.get();
      var key = new JobKey(launch.runUid(), launch.attempt());
      beside(key, () -> create(key, launch), underWay::release);
    }
  }

  /** Decides about attempts and acts, each attempt by itself and beside the others. */
  private void reconcile(Set<JobKey> seen, boolean everything) {
    Set<UUID> runUids = seen.stream().map(JobKey::runUid).collect(Collectors.toSet());
    Map<JobKey, OnCluster> known =
        store
            .inTransaction(transaction -> transaction.attempts().onCluster(everything, runUids))
            .stream()
            .collect(
                Collectors.toMap(
                    attempt -> new JobKey(attempt.runUid(), attempt.attempt()),
                    Function.identity()));
    Set<JobKey> keys = new HashSet<>(seen);
    known.forEach(
        (key, attempt) -> {
          if (attempt.open()) {
            keys.add(key);
          }
        });
    Instant now = clock.instant();
    for (JobKey key : keys) {
      Action action =
          Reconciliation.decide(
              Optional.ofNullable(known.get(key)),
              watch.job(key),
              settings.startTimeout(),
              settings.keepFinished(),
              now);
      if (!(action instanceof Action.Nothing)) {
        beside(key, () -> act(key, action), () -> {});
      }
    }
  }

  private void beside(JobKey key, Runnable work, Runnable after) {
    if (closed || !busy.add(key)) {
      after.run();
      return;
    }
    executor.execute(
        () -> {
          try {
            work.run();
          } catch (RunException e) {
            LOG.info("run deleted meanwhile runId={} attempt={}", key.runUid(), key.attempt());
          } catch (RuntimeException e) {
            LOG.warn(
                "attempt not taken care of, will be tried again runId={} attempt={} error=\"{}\"",
                key.runUid(),
                key.attempt(),
                e.toString());
          } finally {
            busy.remove(key);
            after.run();
          }
        });
  }

  private void act(JobKey key, Action action) {
    if (action instanceof Action.Create) {
      attempts.again(key.runUid(), key.attempt()).ifPresent(launch -> create(key, launch));
    } else if (action instanceof Action.Delete delete) {
      delete(key, delete.why());
    } else if (action instanceof Action.Tell tell) {
      attempts.waits(key.runUid(), key.attempt(), tell.kind(), tell.message());
    } else if (action instanceof Action.EndIfGone) {
      limiter.acquire();
      if (resource(key).get() == null) {
        noteEnd(key, new AttemptEnd.Gone("its Job was deleted by somebody else"), Optional.empty());
      }
    } else if (action instanceof Action.End end) {
      noteEnd(key, end.end(), end.outcome().map(outcome -> outcome.toByteArray()));
    }
  }

  private void noteEnd(JobKey key, AttemptEnd end, Optional<byte[]> outcome) {
    attempts.end(key.runUid(), key.attempt(), end, outcome, ACTOR);
    LOG.info("attempt ended runId={} attempt={} how=\"{}\"", key.runUid(), key.attempt(), end);
  }

  private void create(JobKey key, Attempts.Launch launch) {
    try {
      Job job = template.job(launch);
      limiter.acquire();
      client.batch().v1().jobs().inNamespace(namespace).resource(job).create();
      LOG.info(
          "Job created run={} runId={} attempt={} job={}",
          launch.runId(),
          key.runUid(),
          key.attempt(),
          key.jobName());
    } catch (IllegalArgumentException e) {
      refuse(key, String.valueOf(e.getMessage()));
    } catch (KubernetesClientException e) {
      switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT ->
            LOG.debug("Job there already job={}", key.jobName());
        case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE ->
            refuse(key, "the cluster refuses its Job: " + reason(e));
        case HttpURLConnection.HTTP_FORBIDDEN ->
            attempts.waits(
                key.runUid(),
                key.attempt(),
                "JOB_FORBIDDEN",
                "the cluster does not allow its Job, which will be tried again: " + reason(e));
        default -> throw e;
      }
    }
  }

  private void refuse(JobKey key, String message) {
    noteEnd(key, new AttemptEnd.Failed(message, true), Optional.empty());
  }

  private static String reason(KubernetesClientException e) {
    return e.getStatus() == null
        ? String.valueOf(e.getMessage())
        : Objects.requireNonNullElse(e.getStatus().getMessage(), String.valueOf(e.getMessage()));
  }

  private void delete(JobKey key, String why) {
    limiter.acquire();
    resource(key).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
    LOG.info("Job deleted job={} why=\"{}\"", key.jobName(), why);
  }

  private ScalableResource<Job> resource(JobKey key) {
    return client.batch().v1().jobs().inNamespace(namespace).withName(key.jobName());
  }

  @Override
  public boolean end(UUID runUid, int attempt) {
    var key = new JobKey(runUid, attempt);
    if (watch.job(key).isEmpty()) {
      return false;
    }
    beside(key, () -> delete(key, "its trainer has not obeyed a stop in time"), () -> {});
    return true;
  }

  @Override
  public Optional<InputStream> log(UUID runUid, int attempt, boolean follow) {
    return watch
        .pod(new JobKey(runUid, attempt))
        .map(
            pod -> {
              limiter.acquire();
              return PodLog.open(client, pod, follow);
            });
  }

  /** Lets go. Jobs go on: trainers find the next controller. */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    watch.close();
  }
}
