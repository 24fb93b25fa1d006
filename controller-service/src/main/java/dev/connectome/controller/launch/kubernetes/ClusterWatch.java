package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache of the platform's Jobs and pods, and of the warnings about them: one list and one watch
 * for each kind. While the API server is unreachable, the cache keeps the last known state. Without
 * events, which a cluster may forbid, all works but for what only they tell.
 */
final class ClusterWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);
  private static final String KEY_INDEX = "attempt";

  private final SharedIndexInformer<Job> jobs;
  private final SharedIndexInformer<Pod> pods;
  private final SharedIndexInformer<Event> events;
  private final Set<JobKey> changed = ConcurrentHashMap.newKeySet();

  ClusterWatch(KubernetesClient client, String namespace, Map<String, String> labels) {
    jobs = client.batch().v1().jobs().inNamespace(namespace).withLabels(labels).runnableInformer(0);
    pods = client.pods().inNamespace(namespace).withLabels(labels).runnableInformer(0);
    events =
        client
            .v1()
            .events()
            .inNamespace(namespace)
            .withField("type", "Warning")
            .runnableInformer(0);
    configure(jobs, "Jobs", ClusterWatch::index);
    configure(pods, "pods", ClusterWatch::index);
    configure(events, "events", event -> List.of(subject(event)));
  }

  private static List<String> index(HasMetadata resource) {
    return JobKey.of(resource).map(JobKey::jobName).map(List::of).orElse(List.of());
  }

  private static String subject(Event event) {
    return Objects.requireNonNullElse(event.getInvolvedObject().getName(), "");
  }

  private <T extends HasMetadata> void configure(
      SharedIndexInformer<T> informer, String what, Function<T, List<String>> index) {
    informer.addIndexers(Map.of(KEY_INDEX, index));
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T resource) {
            markChanged(resource);
          }

          @Override
          public void onUpdate(T before, T resource) {
            markChanged(resource);
          }

          @Override
          public void onDelete(T resource, boolean unknownState) {
            markChanged(resource);
          }
        });
    informer.exceptionHandler(
        (started, problem) -> {
          LOG.warn("watch failed, will be retried what={} error=\"{}\"", what, problem.toString());
          return true;
        });
  }

  private void markChanged(HasMetadata resource) {
    (resource instanceof Event event ? JobKey.ofName(subject(event)) : JobKey.of(resource))
        .ifPresent(changed::add);
  }

  /** Returns at once. */
  void start() {
    var unusedJobs = jobs.start();
    var unusedPods = pods.start();
    var unusedEvents = events.start();
  }

  boolean hasSynced() {
    return jobs.hasSynced() && pods.hasSynced();
  }

  /** Returns the attempts whose Job or pod has changed since the last call. */
  Set<JobKey> drainChanged() {
    // One by one: what changes again meanwhile is in the next set.
    return changed.stream().filter(changed::remove).collect(Collectors.toSet());
  }

  Set<JobKey> keys() {
    return jobs.getStore().list().stream()
        .flatMap(job -> JobKey.of(job).stream())
        .collect(Collectors.toSet());
  }

  /** The Job of an attempt, or what is left of it. */
  Optional<ObservedJob> job(JobKey key) {
    List<Pod> own = pods.getIndexer().byIndex(KEY_INDEX, key.jobName());
    return jobs.getIndexer().byIndex(KEY_INDEX, key.jobName()).stream()
        .findFirst()
        .map(job -> ObservedJob.of(key, job, own, trouble(key, job, own)))
        .or(() -> ObservedJob.withoutJob(key, own));
  }

  private Optional<PodTrouble> trouble(JobKey key, Job job, List<Pod> own) {
    JobPods all = JobPods.of(own);
    String subject =
        all.decisive()
            .filter(pod -> all.byRank().size() >= ObservedJob.podsOf(job))
            .map(pod -> pod.getMetadata().getName())
            .orElse(key.jobName());
    return PodTrouble.of(events.getIndexer().byIndex(KEY_INDEX, subject));
  }

  /** The pod of an attempt that reports to the platform. */
  Optional<Pod> pod(JobKey key) {
    return JobPods.of(pods.getIndexer().byIndex(KEY_INDEX, key.jobName())).reporting();
  }

  /** Whether any pod of an attempt is seen. */
  boolean hasPod(JobKey key) {
    return !pods.getIndexer().byIndex(KEY_INDEX, key.jobName()).isEmpty();
  }

  @Override
  public void close() {
    jobs.stop();
    pods.stop();
    events.stop();
  }
}
