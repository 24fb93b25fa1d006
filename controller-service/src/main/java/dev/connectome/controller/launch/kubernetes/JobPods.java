package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The pods of an attempt's Job, by their ranks: one, or several that train together and end
 * together. Of each rank the newest counts: a cluster may keep an earlier one that it has given up.
 */
record JobPods(List<Pod> byRank) {

  private static final String RANK = "batch.kubernetes.io/job-completion-index";

  static JobPods of(List<Pod> pods) {
    Map<Integer, Pod> newest = new TreeMap<>();
    for (Pod pod : pods) {
      newest.merge(rank(pod), pod, (one, other) -> created(other) >= created(one) ? other : one);
    }
    return new JobPods(List.copyOf(newest.values()));
  }

  /** The one that reports to the platform. */
  Optional<Pod> reporting() {
    return byRank.stream().filter(pod -> rank(pod) == 0).findFirst();
  }

  /**
   * The one that says how the attempt is: the reporting one if it has ended well before any ended
   * badly; the first that ended badly, since the others end because of it; the reporting one if it
   * has ended; else the one that is furthest from training.
   */
  Optional<Pod> decisive() {
    Optional<Pod> failed =
        byRank.stream().filter(PodExit::isBad).min(Comparator.comparing(PodExit::time));
    Optional<Pod> done = reporting().filter(pod -> PodExit.hasEnded(pod) && !PodExit.isBad(pod));
    return done.filter(
            pod -> failed.filter(bad -> !PodExit.time(pod).isBefore(PodExit.time(bad))).isEmpty())
        .or(() -> failed)
        .or(() -> reporting().filter(PodExit::hasEnded))
        .or(
            () ->
                byRank.stream()
                    .filter(pod -> !PodExit.hasEnded(pod))
                    .min(Comparator.comparing(JobPods::advance)));
  }

  /** Whether any may still train. */
  boolean someLive() {
    return byRank.stream().anyMatch(pod -> !PodExit.hasEnded(pod));
  }

  /** Those that may still train and were told to end. */
  List<Pod> leaving() {
    List<Pod> leaving = new ArrayList<>(byRank);
    leaving.removeIf(
        pod -> PodExit.hasEnded(pod) || pod.getMetadata().getDeletionTimestamp() == null);
    return leaving;
  }

  /** Pods that leave first, then those that do not run yet, then in the order of their ranks. */
  private static int advance(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null
        ? 0
        : ObservedJob.running(pod).isEmpty() ? 1 : 2;
  }

  private static long created(Pod pod) {
    return Conditions.time(pod.getMetadata().getCreationTimestamp()).toEpochMilli();
  }

  private static int rank(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String rank = annotations == null ? null : annotations.get(RANK);
    return rank == null || !rank.matches("[0-9]{1,9}") ? 0 : Integer.parseInt(rank);
  }
}
