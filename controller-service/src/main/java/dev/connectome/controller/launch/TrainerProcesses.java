package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.Quarantine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer processes that this controller supervises. An attempt ends when all processes of its
 * trainer have. That is recorded, and retried at the next tick if it fails.
 */
final class TrainerProcesses {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerProcesses.class);
  private static final Duration KILL_AFTER = Duration.ofSeconds(10);

  private final ExitRecorder exitRecorder;
  private final Map<AttemptKey, Supervised> processes = new ConcurrentHashMap<>();
  private final Map<AttemptKey, CompletableFuture<Void>> recordings = new ConcurrentHashMap<>();
  private final Map<AttemptKey, ProcessExit> unrecorded = new ConcurrentHashMap<>();

  /** The processes of an attempt. */
  private static final class Supervised {
    private final ProcessGroup group;
    private final boolean adopted;
    private final CompletableFuture<ProcessExit> ended = new CompletableFuture<>();
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean leftBehind = new AtomicBoolean();
    private volatile boolean toldToEnd;
    private volatile Optional<ProcessExit> firstExit = Optional.empty();

    Supervised(ProcessGroup group, boolean adopted) {
      this.group = group;
      this.adopted = adopted;
    }
  }

  TrainerProcesses(ExitRecorder exitRecorder) {
    this.exitRecorder = exitRecorder;
  }

  Set<AttemptKey> live() {
    return Set.copyOf(processes.keySet());
  }

  /** Whether an attempt's end is still to be recorded here. */
  boolean has(AttemptKey key) {
    return processes.containsKey(key) || unrecorded.containsKey(key);
  }

  void supervise(AttemptKey key, Process process) {
    Supervised trainer = supervise(key, new Supervised(ProcessGroup.of(process.toHandle()), false));
    var unused =
        process
            .onExit()
            .thenAcceptAsync(exited -> firstEnded(key, trainer, ProcessExit.of(exited)));
  }

  /** Supervises a process that an earlier controller started; it may have ended meanwhile. */
  void adopt(AttemptKey key, Optional<String> identity) {
    Optional<ProcessGroup> group = identity.map(ProcessGroup::new).filter(ProcessGroup::isLive);
    if (group.isEmpty()) {
      record(key, ProcessExit.unknown("its trainer ended while the controller was down"));
      return;
    }
    LOG.info(
        "trainer adopted runId={} attempt={} process=\"{}\"",
        key.runUid(),
        key.attempt(),
        identity.get());
    var unused = supervise(key, new Supervised(group.get(), true));
  }

  private Supervised supervise(AttemptKey key, Supervised trainer) {
    processes.put(key, trainer);
    CompletableFuture<Void> recording =
        trainer.ended.thenAcceptAsync(
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
    return trainer;
  }

  /** What the first process leaves behind is ended, so that no two trainers ever work on a run. */
  private void firstEnded(AttemptKey key, Supervised trainer, ProcessExit exit) {
    trainer.firstExit = Optional.of(exit);
    if (trainer.group.isLive()) {
      if (trainer.leftBehind.compareAndSet(false, true)) {
        LOG.info("trainer left processes behind runId={} attempt={}", key.runUid(), key.attempt());
        signal(trainer.group);
      }
    } else {
      trainer.ended.complete(trainer.toldToEnd ? exit.onRequest() : exit);
    }
  }

  /** Looks after processes whose end nobody reports: those that are no children of this one. */
  void poll() {
    processes.forEach(
        (key, trainer) -> {
          if (trainer.firstExit.isPresent()) {
            firstEnded(key, trainer, trainer.firstExit.get());
          } else if (trainer.adopted && !trainer.group.isFirstLive()) {
            firstEnded(key, trainer, ProcessExit.unknown("its trainer ended"));
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

  /** Terminates a trainer, and kills it if it takes too long; once, however often it is called. */
  boolean terminate(AttemptKey key) {
    Supervised trainer = processes.get(key);
    if (trainer == null) {
      return false;
    }
    if (tell(trainer)) {
      LOG.info("trainer terminated runId={} attempt={}", key.runUid(), key.attempt());
      exitRecorder.recordTermination(key);
    }
    return true;
  }

  private static boolean tell(Supervised trainer) {
    if (trainer.firstExit.isPresent() || !trainer.signalled.compareAndSet(false, true)) {
      return false;
    }
    trainer.toldToEnd = true;
    signal(trainer.group);
    return true;
  }

  private static void signal(ProcessGroup group) {
    group.terminate();
    CompletableFuture.delayedExecutor(KILL_AFTER.toMillis(), TimeUnit.MILLISECONDS)
        .execute(group::kill);
  }

  /**
   * Terminates all and waits until their exits are recorded; kills those that take longer. That
   * they were told to end is recorded first, for the controller that comes next.
   */
  void terminateAll(Duration grace) {
    List<CompletableFuture<Void>> pending = List.copyOf(recordings.values());
    List<AttemptKey> told = new ArrayList<>();
    processes.forEach(
        (key, trainer) -> {
          if (tell(trainer)) {
            told.add(key);
          }
        });
    told.forEach(exitRecorder::recordTermination);
    if (pending.isEmpty()) {
      return;
    }
    LOG.info("terminating trainers count={}", pending.size());
    try {
      CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
          .get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("trainers did not end in time, killing them count={}", processes.size());
      processes.values().forEach(trainer -> trainer.group.kill());
    } catch (ExecutionException e) {
      LOG.error("exit not recorded", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
