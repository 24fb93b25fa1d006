package dev.connectome.controller.launch.kubernetes;

import com.google.common.util.concurrent.RateLimiter;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.kubernetes.Reconciliation.Action;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.store.AttemptTable.OnCluster;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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
 * Starts trainers as Kubernetes Jobs, one for each attempt, and ends attempts according to their
 * Jobs. Stateless: the database and the cluster hold everything, so another controller can continue
 * at any time. Jobs outlive the controller.
 */
public final class KubernetesLauncher implements Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(KubernetesLauncher.class);
  private static final Duration RESYNC_INTERVAL = Duration.ofSeconds(10);
  private static final int THREADS = 8;
  private static final int MAX_PENDING_CREATIONS = 64;

  private final Store store;
  private final LaunchQueue queue;
  private final KubernetesLauncherSettings settings;
  private final Clock clock;
  private final JobTemplate template;
  private final Place home;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
  private final Semaphore creations = new Semaphore(MAX_PENDING_CREATIONS);
  private final Set<JobKey> inProgress = ConcurrentHashMap.newKeySet();
  private Instant lastResync = Instant.EPOCH;
  private volatile boolean closed;

  /**
   * @throws IllegalArgumentException if the operator's template cannot be read or is not a Job
   */
  public KubernetesLauncher(
      Store store,
      LaunchQueue queue,
      Attempts attempts,
      KubernetesClient client,
      KubernetesLauncherSettings settings,
      Clock clock) {
    this.store = store;
    this.queue = queue;
    this.settings = settings;
    this.clock = clock;
    this.template =
        new JobTemplate(
            settings, store.inTransaction(transaction -> transaction.installation().uid()));
    String own =
        settings.namespace().or(() -> Optional.ofNullable(client.getNamespace())).orElse("default");
    RateLimiter limiter = RateLimiter.create(settings.requestsPerSecond());
    Set<String> namespaces = new LinkedHashSet<>(List.of(own));
    namespaces.addAll(settings.namespaces());
    for (String namespace : namespaces) {
      var jobs = new JobClient(client, namespace, limiter);
      var watch = new ClusterWatch(client, namespace, template.selector());
      var actions = new JobActions(store, queue, attempts, template, jobs, watch, clock);
      places.put(namespace, new Place(namespace, jobs, watch, actions));
    }
    this.home = Objects.requireNonNull(places.get(own));
  }

  @Override
  public void validate() {
    TemplateCheck.check(template, home.jobs());
  }

  @Override
  public void adopt() {
    LOG.info("watching Jobs namespaces={}", places.keySet());
    places.values().forEach(place -> place.watch().start());
  }

  /** Each namespace stands alone: one that cannot be seen keeps no other waiting. */
  @Override
  public synchronized void tick() {
    startPending();
    boolean resync = !lastResync.plus(RESYNC_INTERVAL).isAfter(clock.instant());
    if (resync) {
      lastResync = clock.instant();
    }
    Map<Place, Set<JobKey>> observed = new LinkedHashMap<>();
    for (Place place : places.values()) {
      if (place.watch().hasSynced()) {
        for (JobKey key : place.actions().ready()) {
          submit(key, () -> place.actions().perform(key, new Action.Create()), () -> {});
        }
        Set<JobKey> changed = place.watch().drainChanged();
        observed.put(place, resync ? place.watch().keys() : changed);
      }
    }
    if (!observed.isEmpty()) {
      reconcile(observed, resync);
    }
  }

  private Optional<Place> place(Optional<String> namespace) {
    return namespace.isEmpty()
        ? Optional.of(home)
        : Optional.ofNullable(places.get(namespace.get()));
  }

  private void startPending() {
    while (!closed && creations.tryAcquire()) {
      Optional<Launch> next = Optional.empty();
      try {
        next = queue.next(LauncherType.KUBERNETES, settings.maxConcurrentRuns(), Optional.empty());
      } finally {
        if (next.isEmpty()) {
          creations.release();
        }
      }
      if (next.isEmpty()) {
        return;
      }
      Launch launch = next.get();
      var key = new JobKey(launch.runUid(), launch.attempt());
      Optional<Place> place = place(launch.definition().namespace());
      if (place.isPresent()) {
        submit(key, () -> place.get().actions().create(key, launch), creations::release);
      } else {
        submit(
            key, () -> home.actions().recordNotServed(key, notServed(launch)), creations::release);
      }
    }
  }

  private static String notServed(Launch launch) {
    return "its namespace %s is not in connectome.launch.kubernetes.namespaces of this controller; it waits for one that serves it"
        .formatted(Echo.of(launch.definition().namespace().orElse("")));
  }

  /**
   * Reconciles the given attempts, those that are not wanted any more and, in a resync, every one
   * that has not ended.
   */
  private void reconcile(Map<Place, Set<JobKey>> observed, boolean resync) {
    Set<UUID> runUids =
        observed.values().stream()
            .flatMap(Set::stream)
            .map(JobKey::runUid)
            .collect(Collectors.toSet());
    Seen seen = store.inTransaction(transaction -> see(transaction, resync, runUids));
    observed.forEach((place, keys) -> reconcile(place, keys, seen));
  }

  private void reconcile(Place place, Set<JobKey> observed, Seen seen) {
    Set<JobKey> keys = new HashSet<>(observed);
    seen.attempts()
        .forEach(
            (key, attempt) -> {
              if (place(attempt.namespace()).filter(place::equals).isEmpty()) {
                keys.remove(key);
              } else if (attempt.open()) {
                keys.add(key);
              }
            });
    Instant now = clock.instant();
    for (JobKey key : keys) {
      try {
        Action action =
            Reconciliation.decide(
                Optional.ofNullable(seen.attempts().get(key)),
                seen.deleted().contains(key.runUid()),
                place.watch().job(key),
                settings.startTimeout(),
                settings.keepFinished(),
                now);
        if (!(action instanceof Action.Nothing)) {
          submit(key, () -> place.actions().perform(key, action), () -> {});
        }
      } catch (RuntimeException e) {
        // The Job of one run is at fault, not the pass.
        LOG.warn(
            "Job not understood, will be retried runId={} attempt={} error=\"{}\"",
            key.runUid(),
            key.attempt(),
            e.toString());
      }
    }
  }

  /** What the database says of some runs. */
  private record Seen(Map<JobKey, OnCluster> attempts, Set<UUID> deleted) {}

  private static Seen see(Transaction transaction, boolean resync, Set<UUID> runUids) {
    Map<JobKey, OnCluster> attempts =
        transaction.attempts().onCluster(resync, runUids).stream()
            .collect(
                Collectors.toMap(
                    attempt -> new JobKey(attempt.runUid(), attempt.attempt()),
                    Function.identity()));
    Set<UUID> missing = new HashSet<>(runUids);
    attempts.keySet().forEach(key -> missing.remove(key.runUid()));
    return new Seen(
        attempts,
        missing.isEmpty() ? Set.of() : transaction.deletedRuns().deleteTimes(missing).keySet());
  }

  /**
   * Skips the work if other work on the attempt is in progress; reconciliation comes back to it.
   */
  private void submit(JobKey key, Runnable work, Runnable after) {
    if (closed || !inProgress.add(key)) {
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
                "reconcile failed, will be retried runId={} attempt={} error=\"{}\"",
                key.runUid(),
                key.attempt(),
                e.toString());
          } finally {
            inProgress.remove(key);
            after.run();
          }
        });
  }

  @Override
  public LauncherType type() {
    return LauncherType.KUBERNETES;
  }

  /** The next tick deletes the Job, or finds that there is none. */
  @Override
  public Ending end(UUID runUid, int attempt) {
    return placeOf(runUid, attempt)
        .map(place -> place.watch().hasSynced() ? Ending.YES : Ending.UNKNOWN)
        .orElse(Ending.NO);
  }

  private Optional<Place> placeOf(UUID runUid, int attempt) {
    return place(
        store.inTransaction(transaction -> transaction.attempts().namespace(runUid, attempt)));
  }

  @Override
  public Optional<InputStream> log(UUID runUid, int attempt, boolean follow) {
    return placeOf(runUid, attempt)
        .flatMap(
            place ->
                place
                    .watch()
                    .pod(new JobKey(runUid, attempt))
                    .map(pod -> place.jobs().log(pod, follow)));
  }

  /** Leaves the Jobs running: their trainers find the next controller. */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    places.values().forEach(place -> place.watch().close());
  }
}
