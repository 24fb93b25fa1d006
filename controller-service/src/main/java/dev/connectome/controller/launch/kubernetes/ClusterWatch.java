package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform's Jobs and pods as the API server tells of them: one list and one watch for each
 * kind, however many runs there are. While the API server is away the last known state stays.
 */
final class ClusterWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);
  private static final String BY_KEY = "attempt";

  private final SharedIndexInformer<Job> jobs;
  private final SharedIndexInformer<Pod> pods;
  private final Set<JobKey> changed = ConcurrentHashMap.newKeySet();

  /**
   * Makes a watch; {@link #start} starts it.
   *
   * @param client the cluster
   * @param namespace where to look
   * @param labels of what to watch
   */
  ClusterWatch(KubernetesClient client, String namespace, Map<String, String> labels) {
    jobs = client.batch().v1().jobs().inNamespace(namespace).withLabels(labels).runnableInformer(0);
    pods = client.pods().inNamespace(namespace).withLabels(labels).runnableInformer(0);
    prepare(jobs, "Jobs");
    prepare(pods, "pods");
  }

  private <T extends HasMetadata> void prepare(SharedIndexInformer<T> informer, String what) {
    informer.addIndexers(
        Map.of(
            BY_KEY,
            resource -> JobKey.of(resource).map(JobKey::jobName).map(List::of).orElse(List.of())));
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T resource) {
            note(resource);
          }

          @Override
          public void onUpdate(T before, T resource) {
            note(resource);
          }

          @Override
          public void onDelete(T resource, boolean unknownState) {
            note(resource);
          }
        });
    informer.exceptionHandler(
        (started, problem) -> {
          LOG.warn(
              "cluster unreadable, trying again what={} error=\"{}\"", what, problem.toString());
          return true;
        });
  }

  private void note(HasMetadata resource) {
    JobKey.of(resource).ifPresent(changed::add);
  }

  /** Starts looking; returns at once. */
  void start() {
    var unusedJobs = jobs.start();
    var unusedPods = pods.start();
  }

  /** Whether everything has been seen once. */
  boolean hasSeenAll() {
    return jobs.hasSynced() && pods.hasSynced();
  }

  /** Takes the attempts whose Job or pod has changed since this was called last. */
  Set<JobKey> takeChanged() {
    Set<JobKey> taken = Set.copyOf(changed);
    changed.removeAll(taken);
    return taken;
  }

  /** The attempts that have a Job. */
  Set<JobKey> all() {
    return jobs.getStore().list().stream()
        .flatMap(job -> JobKey.of(job).stream())
        .collect(Collectors.toSet());
  }

  /** What can be seen of an attempt's Job. */
  Optional<ObservedJob> job(JobKey key) {
    return jobs.getIndexer().byIndex(BY_KEY, key.jobName()).stream()
        .findFirst()
        .map(job -> ObservedJob.of(key, job, pods.getIndexer().byIndex(BY_KEY, key.jobName())));
  }

  /** The newest pod of an attempt. */
  Optional<Pod> pod(JobKey key) {
    return ObservedJob.newest(pods.getIndexer().byIndex(BY_KEY, key.jobName()));
  }

  @Override
  public void close() {
    jobs.stop();
    pods.stop();
  }
}
