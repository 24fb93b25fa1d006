package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.Wanted;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts trainers as processes on this machine. Trainers outlive a controller that dies; the next
 * controller on the same machine adopts them. Trainers of another live controller, or of another
 * machine, are left alone.
 */
public final class LocalLauncher implements Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(LocalLauncher.class);
  private static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(8);

  /** How long a trainer may take to exit after its attempt has ended. */
  private static final Duration EXIT_GRACE = Duration.ofSeconds(5);

  private final Store store;
  private final Quarantine quarantine;
  private final LaunchQueue queue;
  private final int maxConcurrentRuns;
  private final TrainerCommand command;
  private final AttemptRow.ProcessOwner self;
  private final TrainerProcesses processes;
  private final RunFiles files;
  private final DeletedRunFiles deletedRunFiles;

  /** Processes that the database does not know yet. */
  private final Map<AttemptKey, String> unremembered = new ConcurrentHashMap<>();

  private volatile boolean closed;

  /**
   * How trainers are started.
   *
   * @param maxConcurrentRuns how many runs may have a trainer on this machine at the same time
   * @param environment what trainers get in addition to what is passed on
   * @param passedOn names of the controller's variables to pass on in addition to the usual ones
   */
  public record Settings(
      List<String> command,
      int maxConcurrentRuns,
      Map<String, String> environment,
      List<String> passedOn) {}

  public LocalLauncher(
      Store store,
      LaunchQueue queue,
      Attempts attempts,
      RunFiles files,
      Settings settings,
      LocalHost host,
      Quarantine quarantine) {
    this.store = store;
    this.quarantine = quarantine;
    this.queue = queue;
    this.maxConcurrentRuns = settings.maxConcurrentRuns();
    Map<String, String> environment =
        TrainerEnvironment.select(System.getenv(), settings.passedOn());
    environment.putAll(settings.environment());
    this.files = files;
    this.deletedRunFiles = new DeletedRunFiles(store, files, InstantSource.system());
    this.command = new TrainerCommand(settings.command(), environment, files);
    this.self = new AttemptRow.ProcessOwner(host.name(), host.controller());
    this.processes = new TrainerProcesses(new ExitRecorder(store, attempts, files));
  }

  @Override
  public LauncherType type() {
    return LauncherType.LOCAL;
  }

  @Override
  public void adopt() {
    reconcile(true);
  }

  @Override
  public synchronized void tick() {
    processes.retryRecording(quarantine);
    unremembered.forEach(this::remember);
    processes.poll();
    reconcile(false);
    while (!closed && maxConcurrentRuns > 0) {
      Optional<Launch> next = queue.next(LauncherType.LOCAL, maxConcurrentRuns, Optional.of(self));
      if (next.isEmpty()) {
        return;
      }
      start(next.get());
    }
  }

  @Override
  public void tidy() {
    deletedRunFiles.delete(
        processes.live().stream().map(AttemptKey::runUid).collect(Collectors.toSet()));
  }

  /** Compares what is wanted of the attempts on this machine with its processes. */
  private void reconcile(boolean includeOwn) {
    Set<AttemptKey> strangers = new HashSet<>(processes.live());
    for (AttemptRow attempt :
        store.inTransaction(transaction -> transaction.attempts().onHost(self.host()))) {
      AttemptKey key = new AttemptKey(attempt.runUid(), attempt.attempt());
      strangers.remove(key);
      quarantine.attempt("launcher", attempt.runUid(), () -> reconcile(key, attempt, includeOwn));
    }
    strangers.forEach(this::reconcileMissing);
  }

  private void reconcile(AttemptKey key, AttemptRow attempt, boolean includeOwn) {
    if (isOrphaned(attempt, includeOwn)) {
      takeOver(key, attempt);
    } else if (attempt.controller().equals(Optional.of(self.controller()))) {
      reconcile(key, attempt);
    }
  }

  private void reconcile(AttemptKey key, AttemptRow attempt) {
    if (!processes.has(key)) {
      if (!attempt.ended()) {
        processes.recordLater(key, ProcessExit.unknown("its trainer was not started"));
      }
    } else if (attempt.wanted() == Wanted.GONE
        && (!attempt.ended() || attempt.sinceEnd().compareTo(EXIT_GRACE) >= 0)) {
      processes.terminate(key);
    }
  }

  /** Whether the controller that had an attempt is no more. */
  private boolean isOrphaned(AttemptRow attempt, boolean includeOwn) {
    return attempt.controller().equals(Optional.of(self.controller()))
        ? includeOwn
        : attempt.controller().flatMap(ProcessIdentity::find).isEmpty();
  }

  private void takeOver(AttemptKey key, AttemptRow attempt) {
    if (store.inTransaction(transaction -> transaction.attempts().takeOver(attempt, self))) {
      Optional<String> noted = files.processIdentity(key.runUid(), key.attempt());
      processes.adopt(key, attempt.process().or(() -> noted));
    }
  }

  /** A run that is not in the database was not necessarily deleted: it may be in another one. */
  private void reconcileMissing(AttemptKey key) {
    Optional<AttemptRow> attempt =
        store.inTransaction(
            transaction -> transaction.attempts().find(key.runUid(), key.attempt()));
    if (attempt.isPresent()) {
      reconcile(key, attempt.get());
    } else if (store
        .inTransaction(transaction -> transaction.deletedRuns().deleteTimes(List.of(key.runUid())))
        .containsKey(key.runUid())) {
      processes.terminate(key);
    }
  }

  private void start(Launch launch) {
    var key = new AttemptKey(launch.runUid(), launch.attempt());
    try {
      Process process = command.start(launch);
      LOG.info(
          "trainer started run={} runId={} attempt={} pid={}",
          launch.runId(),
          key.runUid(),
          key.attempt(),
          process.pid());
      command.writeProcessFile(launch, process.toHandle());
      unremembered.put(key, ProcessIdentity.of(process.toHandle()));
      processes.supervise(key, process);
      unremembered.forEach(this::remember);
    } catch (IOException e) {
      LOG.error("trainer not started runId={} error=\"{}\"", key.runUid(), e.getMessage());
      processes.recordLater(
          key, ProcessExit.unknown("its trainer could not be started: " + e.getMessage()));
    }
  }

  /** So that another controller finds the process again. */
  private void remember(AttemptKey key, String process) {
    try {
      store.inTransaction(
          transaction -> {
            transaction.attempts().setProcess(key.runUid(), key.attempt(), process);
            return key;
          });
      unremembered.remove(key);
    } catch (RuntimeException e) {
      LOG.warn(
          "process not recorded, will be retried runId={} attempt={} error=\"{}\"",
          key.runUid(),
          key.attempt(),
          e.toString());
    }
  }

  /** An attempt on this machine whose process is not here is being adopted or recorded. */
  @Override
  public Ending end(UUID runUid, int attempt) {
    var key = new AttemptKey(runUid, attempt);
    if (processes.terminate(key) || processes.has(key)) {
      return Ending.YES;
    }
    boolean here =
        store.inTransaction(transaction -> transaction.attempts().onHost(self.host())).stream()
            .anyMatch(row -> row.runUid().equals(runUid) && row.attempt() == attempt);
    return here ? Ending.UNKNOWN : Ending.NO;
  }

  @Override
  public void close() {
    closed = true;
    processes.terminateAll(SHUTDOWN_GRACE);
  }
}
