package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.launch.kubernetes.Reconciliation.Action;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.store.Store;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out, in one namespace, the actions that {@link Reconciliation} decides on. Each may be
 * repeated.
 */
final class JobActions {

  private static final Logger LOG = LoggerFactory.getLogger(JobActions.class);
  private static final Duration DELETION_SEEN_WITHIN = Duration.ofMinutes(1);
  private static final Actor ACTOR = Actor.KUBERNETES;

  private final Store store;
  private final LaunchQueue queue;
  private final Attempts attempts;
  private final JobTemplate template;
  private final JobClient jobs;
  private final ClusterWatch watch;
  private final Clock clock;
  private final Set<JobKey> postponed = ConcurrentHashMap.newKeySet();

  JobActions(
      Store store,
      LaunchQueue queue,
      Attempts attempts,
      JobTemplate template,
      JobClient jobs,
      ClusterWatch watch,
      Clock clock) {
    this.store = store;
    this.queue = queue;
    this.attempts = attempts;
    this.template = template;
    this.jobs = jobs;
    this.watch = watch;
    this.clock = clock;
  }

  void perform(JobKey key, Action action) {
    if (action instanceof Action.Create) {
      queue
          .relaunch(key.runUid(), key.attempt())
          .ifPresentOrElse(launch -> create(key, launch), () -> postponed.remove(key));
    } else if (action instanceof Action.Delete delete) {
      delete(key, delete.why());
    } else if (action instanceof Action.RecordWaiting waiting) {
      recordWaiting(key, new EventKind.OfCluster(waiting.reason()), waiting.message());
    } else if (action instanceof Action.EndIfGone gone) {
      if (!jobs.exists(key) && !hasUnseenPod(key)) {
        recordEnd(key, gone.end(), Optional.empty());
      }
    } else if (action instanceof Action.End end) {
      if (!hasUnseenPod(key)) {
        recordEnd(key, end.end(), end.outcome().map(outcome -> outcome.toByteArray()));
      }
    }
  }

  /**
   * The watches of Jobs and of pods are two, and each may be behind: that the cache holds no pod of
   * an attempt does not say that none trains.
   */
  private boolean hasUnseenPod(JobKey key) {
    return !watch.hasPod(key) && jobs.hasPod(key);
  }

  private void recordWaiting(JobKey key, EventKind kind, String message) {
    queue.recordWaiting(key.runUid(), key.attempt(), kind, ACTOR, message);
  }

  /**
   * Another controller, of other settings, may serve its namespace: a resync there creates the Job.
   */
  void recordNotServed(JobKey key, String message) {
    recordWaiting(key, new EventKind.OfCluster("NAMESPACE_NOT_SERVED"), message);
  }

  private void recordEnd(JobKey key, AttemptEnd end, Optional<byte[]> outcome) {
    attempts.end(key.runUid(), key.attempt(), end, outcome, ACTOR);
    LOG.info("attempt ended runId={} attempt={} how=\"{}\"", key.runUid(), key.attempt(), end);
  }

  /** The attempts whose Jobs had to wait for the trainer before, and no longer have to. */
  Set<JobKey> ready() {
    return postponed.stream()
        .filter(key -> !(predecessor(key) instanceof Predecessor.Leaving))
        .collect(Collectors.toSet());
  }

  private Predecessor predecessor(JobKey key) {
    if (key.attempt() > 1 && !watch.hasSynced()) {
      return new Predecessor.Leaving();
    }
    return Predecessor.of(watch.job(key.before()), clock.instant());
  }

  void create(JobKey key, Launch launch) {
    Predecessor predecessor = predecessor(key);
    if (predecessor instanceof Predecessor.Leaving
        || (key.attempt() > 1 && hasUnseenPod(key.before()))) {
      postponed.add(key);
      recordWaiting(
          key,
          EventKind.Own.TRAINER_LEAVING,
          "waits until the trainer of attempt %d has gone".formatted(key.before().attempt()));
      return;
    }
    postponed.remove(key);
    if (predecessor instanceof Predecessor.Final last) {
      recordEnd(key, last.end(), Optional.empty());
      return;
    }
    try {
      Job job = template.job(launch);
      jobs.create(job);
      LOG.info(
          "Job created run={} runId={} attempt={} job={}",
          launch.runId(),
          key.runUid(),
          key.attempt(),
          key.jobName());
    } catch (IllegalArgumentException e) {
      fail(key, String.valueOf(e.getMessage()));
    } catch (KubernetesClientException e) {
      switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT -> LOG.debug("Job exists job={}", key.jobName());
        case HttpURLConnection.HTTP_BAD_REQUEST, JobClient.UNPROCESSABLE ->
            fail(key, "the cluster refuses its Job: " + JobClient.reason(e));
        case HttpURLConnection.HTTP_FORBIDDEN ->
            recordWaiting(
                key,
                EventKind.Own.JOB_FORBIDDEN,
                "the cluster does not allow its Job, will be retried: " + JobClient.reason(e));
        default -> throw e;
      }
    }
  }

  void fail(JobKey key, String message) {
    recordEnd(key, new AttemptEnd.Failed(message, true), Optional.empty());
  }

  /** Once, whoever else looks: until the watch tells, only what may have been lost is repeated. */
  void delete(JobKey key, String why) {
    boolean mine =
        store.inTransaction(
            transaction ->
                transaction
                    .jobDeletions()
                    .claim(jobs.namespace(), key.jobName(), DELETION_SEEN_WITHIN));
    if (!mine) {
      return;
    }
    try {
      jobs.delete(key);
    } catch (RuntimeException e) {
      store.inTransaction(
          transaction -> {
            transaction.jobDeletions().release(jobs.namespace(), key.jobName());
            return true;
          });
      throw e;
    }
    LOG.info("Job deleted job={} why=\"{}\"", key.jobName(), why);
  }
}
