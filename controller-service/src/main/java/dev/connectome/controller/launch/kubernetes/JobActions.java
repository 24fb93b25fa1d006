package dev.connectome.controller.launch.kubernetes;

import dev.connectome.controller.launch.kubernetes.Reconciliation.Action;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.controller.run.AttemptEnd;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the actions that {@link Reconciliation} decides on. Each may be repeated. */
final class JobActions {

  private static final Logger LOG = LoggerFactory.getLogger(JobActions.class);
  private static final String ACTOR = "kubernetes";

  private final LaunchQueue queue;
  private final Attempts attempts;
  private final JobTemplate template;
  private final JobClient jobs;

  JobActions(LaunchQueue queue, Attempts attempts, JobTemplate template, JobClient jobs) {
    this.queue = queue;
    this.attempts = attempts;
    this.template = template;
    this.jobs = jobs;
  }

  void perform(JobKey key, Action action) {
    if (action instanceof Action.Create) {
      queue.relaunch(key.runUid(), key.attempt()).ifPresent(launch -> create(key, launch));
    } else if (action instanceof Action.Delete delete) {
      delete(key, delete.why());
    } else if (action instanceof Action.RecordWaiting waiting) {
      recordWaiting(key, waiting.kind(), waiting.message());
    } else if (action instanceof Action.EndIfGone) {
      if (!jobs.exists(key)) {
        recordEnd(
            key, new AttemptEnd.Gone("its Job was deleted by someone else"), Optional.empty());
      }
    } else if (action instanceof Action.End end) {
      recordEnd(key, end.end(), end.outcome().map(outcome -> outcome.toByteArray()));
    }
  }

  private void recordWaiting(JobKey key, String kind, String message) {
    queue.recordWaiting(key.runUid(), key.attempt(), kind, ACTOR, message);
  }

  private void recordEnd(JobKey key, AttemptEnd end, Optional<byte[]> outcome) {
    attempts.end(key.runUid(), key.attempt(), end, outcome, ACTOR);
    LOG.info("attempt ended runId={} attempt={} how=\"{}\"", key.runUid(), key.attempt(), end);
  }

  void create(JobKey key, Launch launch) {
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
                "JOB_FORBIDDEN",
                "the cluster does not allow its Job, will be retried: " + JobClient.reason(e));
        default -> throw e;
      }
    }
  }

  private void fail(JobKey key, String message) {
    recordEnd(key, new AttemptEnd.Failed(message, true), Optional.empty());
  }

  void delete(JobKey key, String why) {
    jobs.delete(key);
    LOG.info("Job deleted job={} why=\"{}\"", key.jobName(), why);
  }
}
