package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
  private static final Duration UNWANTED_GRACE = Duration.ofSeconds(5);

  private final Store store;
  private final Quarantine quarantine;
  private final LaunchQueue queue;
  private final int maxConcurrentRuns;
  private final TrainerCommand command;
  private final AttemptRow.ProcessOwner self;
  private final TrainerProcesses processes;
  private final Set<AttemptKey> unwanted = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * How trainers are started.
   *
   * @param maxConcurrentRuns how many runs may have a trainer on this machine at the same time
   */
  public record Settings(
      List<String> command, int maxConcurrentRuns, Map<String, String> environment) {}

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
    this.command = new TrainerCommand(settings.command(), settings.environment(), files);
    this.self = new AttemptRow.ProcessOwner(host.name(), host.controller());
    this.processes = new TrainerProcesses(new ExitRecorder(store, attempts, files));
  }

  @Override
  public void adopt() {
    takeOver(true);
  }

  /** Adopts the trainers on this machine whose controller has ended. */
  private void takeOver(boolean includeOwn) {
    for (AttemptRow attempt :
        store.inTransaction(transaction -> transaction.attempts().onHost(self.host()))) {
      Optional<String> controller = attempt.controller();
      boolean own = controller.equals(Optional.of(self.controller()));
      boolean orphaned = own ? includeOwn : controller.flatMap(ProcessIdentity::find).isEmpty();
      if (orphaned) {
        quarantine.attempt("adoption", attempt.runUid(), () -> takeOver(attempt));
      }
    }
  }

  private void takeOver(AttemptRow attempt) {
    if (store.inTransaction(transaction -> transaction.attempts().takeOver(attempt, self))) {
      processes.adopt(new AttemptKey(attempt.runUid(), attempt.attempt()), attempt.process());
    }
  }

  @Override
  public void tick() {
    processes.retryRecording(quarantine);
    takeOver(false);
    processes.pollAdopted();
    terminateUnwanted();
    while (!closed) {
      Optional<Launch> next = queue.next(RunRow.LOCAL, maxConcurrentRuns, Optional.of(self));
      if (next.isEmpty()) {
        return;
      }
      start(next.get());
    }
  }

  /**
   * Terminates trainers whose run was deleted or has ended or whose attempt was superseded, after a
   * grace period in which they may exit by themselves.
   */
  private void terminateUnwanted() {
    Set<AttemptKey> alive = processes.alive();
    unwanted.retainAll(alive);
    if (alive.isEmpty()) {
      return;
    }
    Set<AttemptKey> wanted =
        store.inTransaction(transaction -> transaction.attempts().wantedLocally()).stream()
            .map(attempt -> new AttemptKey(attempt.runUid(), attempt.attempt()))
            .collect(Collectors.toSet());
    for (AttemptKey key : alive) {
      if (!wanted.contains(key) && unwanted.add(key)) {
        CompletableFuture.delayedExecutor(UNWANTED_GRACE.toMillis(), TimeUnit.MILLISECONDS)
            .execute(
                () -> {
                  if (processes.terminate(key)) {
                    LOG.info(
                        "unwanted trainer terminated runId={} attempt={}",
                        key.runUid(),
                        key.attempt());
                  }
                });
      }
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
      processes.supervise(key, process);
      recordProcess(launch, process.toHandle());
    } catch (IOException e) {
      LOG.error("trainer not started runId={} error=\"{}\"", key.runUid(), e.getMessage());
      processes.recordLater(
          key, ProcessExit.unknown("its trainer could not be started: " + e.getMessage()));
    }
  }

  /** So that another controller finds the process again. */
  private void recordProcess(Launch launch, ProcessHandle process) {
    String identity = ProcessIdentity.of(process);
    store.inTransaction(
        transaction -> {
          transaction.attempts().setProcess(launch.runUid(), launch.attempt(), identity);
          return launch;
        });
    command.writeProcessFile(launch, process);
  }

  @Override
  public boolean terminate(UUID runUid, int attempt) {
    return processes.terminate(new AttemptKey(runUid, attempt));
  }

  @Override
  public void close() {
    closed = true;
    processes.terminateAll(SHUTDOWN_GRACE);
  }
}
