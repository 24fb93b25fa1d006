package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.Quarantine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer processes that this controller supervises. The exit of each is recorded, and retried
 * at the next tick if that fails.
 */
final class TrainerProcesses {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerProcesses.class);
  private static final Duration KILL_AFTER = Duration.ofSeconds(10);

  private final ExitRecorder exitRecorder;
  private final Map<AttemptKey, ProcessHandle> processes = new ConcurrentHashMap<>();
  private final Map<AttemptKey, Adopted> adopted = new ConcurrentHashMap<>();
  private final Map<AttemptKey, CompletableFuture<Void>> recordings = new ConcurrentHashMap<>();
  private final Map<AttemptKey, ProcessExit> unrecorded = new ConcurrentHashMap<>();

  /** A process that is not a child of this one, so that its exit has to be polled. */
  private record Adopted(String identity, CompletableFuture<ProcessExit> exit) {}

  TrainerProcesses(ExitRecorder exitRecorder) {
    this.exitRecorder = exitRecorder;
  }

  Set<AttemptKey> alive() {
    return Set.copyOf(processes.keySet());
  }

  void supervise(AttemptKey key, Process process) {
    supervise(key, process.toHandle(), process.onExit().thenApply(ProcessExit::of));
  }

  /** Supervises a process that an earlier controller started; it may have ended meanwhile. */
  void adopt(AttemptKey key, Optional<String> identity) {
    Optional<ProcessHandle> process = identity.flatMap(ProcessIdentity::find);
    if (process.isEmpty()) {
      record(key, ProcessExit.unknown("its trainer ended while the controller was down"));
      return;
    }
    LOG.info(
        "trainer adopted runId={} attempt={} pid={}",
        key.runUid(),
        key.attempt(),
        process.get().pid());
    var exit = new CompletableFuture<ProcessExit>();
    adopted.put(key, new Adopted(identity.get(), exit));
    supervise(key, process.get(), exit);
  }

  private void supervise(
      AttemptKey key, ProcessHandle process, CompletableFuture<ProcessExit> exit) {
    processes.put(key, process);
    CompletableFuture<Void> recording =
        exit.thenAcceptAsync(
            how -> {
              LOG.info(
                  "trainer exited runId={} attempt={} how=\"{}\"",
                  key.runUid(),
                  key.attempt(),
                  how.description());
              unrecorded.put(key, how);
              processes.remove(key);
              record(key, how);
            });
    recordings.put(key, recording);
    var unused =
        recording.whenComplete(
            (nothing, e) -> {
              recordings.remove(key);
              if (e != null) {
                LOG.warn(
                    "exit not recorded, will be retried runId={} attempt={} error=\"{}\"",
                    key.runUid(),
                    key.attempt(),
                    e.getMessage());
              }
            });
  }

  /** Leaves the exit to be recorded at the next tick. */
  void recordLater(AttemptKey key, ProcessExit exit) {
    unrecorded.put(key, exit);
  }

  private void record(AttemptKey key, ProcessExit exit) {
    unrecorded.put(key, exit);
    exitRecorder.record(key.runUid(), key.attempt(), exit);
    unrecorded.remove(key);
  }

  /** An exit that cannot be recorded keeps no other waiting. */
  void retryRecording(Quarantine quarantine) {
    unrecorded.forEach(
        (key, exit) -> quarantine.attempt("exit", key.runUid(), () -> record(key, exit)));
  }

  void pollAdopted() {
    adopted.forEach(
        (key, trainer) -> {
          if (ProcessIdentity.find(trainer.identity()).isEmpty()) {
            adopted.remove(key);
            trainer.exit().complete(ProcessExit.unknown("its trainer ended"));
          }
        });
  }

  boolean terminate(AttemptKey key) {
    ProcessHandle process = processes.get(key);
    if (process == null) {
      return false;
    }
    process.destroy();
    CompletableFuture.delayedExecutor(KILL_AFTER.toMillis(), TimeUnit.MILLISECONDS)
        .execute(process::destroyForcibly);
    return true;
  }

  /** Terminates all and waits until their exits are recorded; kills those that take longer. */
  void terminateAll(Duration grace) {
    List<CompletableFuture<Void>> pending = List.copyOf(recordings.values());
    processes.values().forEach(ProcessHandle::destroy);
    if (pending.isEmpty()) {
      return;
    }
    LOG.info("terminating trainers count={}", pending.size());
    try {
      CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
          .get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("trainers did not end in time, killing them count={}", processes.size());
      processes.values().forEach(ProcessHandle::destroyForcibly);
    } catch (ExecutionException e) {
      LOG.error("exit not recorded", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
