package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts trainers as processes on this machine. They write their logs to files and outlive a
 * controller that dies; the next one on this machine finds them by their marks and looks after them
 * from then on. Those of a controller that lives, or of another machine, are left to it.
 */
public final class LocalLauncher implements Launcher {

  private static final Logger LOG = LoggerFactory.getLogger(LocalLauncher.class);
  private static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(8);
  private static final Duration UNWANTED_GRACE = Duration.ofSeconds(5);
  private static final Duration KILL_AFTER = Duration.ofSeconds(10);

  private final Store store;
  private final Attempts attempts;
  private final RunFiles files;
  private final Settings settings;
  private final ExitRecorder exitRecorder;
  private final AttemptRow.Origin here;
  private final Map<Key, ProcessHandle> processes = new ConcurrentHashMap<>();
  private final Map<Key, Adopted> adopted = new ConcurrentHashMap<>();
  private final Map<Key, CompletableFuture<Void>> ends = new ConcurrentHashMap<>();
  private final Map<Key, ProcessExit> unnoted = new ConcurrentHashMap<>();
  private final Set<Key> unwanted = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private record Key(UUID runUid, int attempt) {}

  /** A process that is no child of this one, so that its end has to be looked for. */
  private record Adopted(String mark, CompletableFuture<ProcessExit> end) {}

  /**
   * How trainers are started.
   *
   * @param command the trainer's command line
   * @param maxConcurrentRuns how many runs may be live at once on this machine
   * @param environment what every trainer is told
   */
  public record Settings(
      List<String> command, int maxConcurrentRuns, Map<String, String> environment) {}

  /**
   * Makes a launcher.
   *
   * @param store the database
   * @param attempts begins and ends attempts
   * @param files where runs have their files
   * @param settings how trainers are started
   * @param host where this controller is
   */
  public LocalLauncher(
      Store store, Attempts attempts, RunFiles files, Settings settings, LocalHost host) {
    this.store = store;
    this.attempts = attempts;
    this.files = files;
    this.settings = settings;
    this.exitRecorder = new ExitRecorder(store, attempts, files);
    this.here = new AttemptRow.Origin(host.name(), host.controller());
  }

  @Override
  public void adopt() {
    takeOver(true);
  }

  /** Takes the trainers on this machine whose controller is gone, and those of its own. */
  private void takeOver(boolean ownToo) {
    for (AttemptRow attempt :
        store.inTransaction(transaction -> transaction.attempts().onHost(here.host()))) {
      Optional<String> controller = attempt.controller();
      boolean own = controller.equals(Optional.of(here.controller()));
      boolean free = own ? ownToo : controller.flatMap(ProcessIdentity::find).isEmpty();
      if (free
          && store.inTransaction(transaction -> transaction.attempts().takeOver(attempt, here))) {
        adopt(attempt);
      }
    }
  }

  private void adopt(AttemptRow attempt) {
    var key = new Key(attempt.runUid(), attempt.attempt());
    Optional<ProcessHandle> process = attempt.process().flatMap(ProcessIdentity::find);
    if (process.isEmpty()) {
      var exit = ProcessExit.unseen("its trainer ended while the controller was away");
      unnoted.put(key, exit);
      note(key, exit);
      return;
    }
    LOG.info(
        "trainer adopted runId={} attempt={} pid={}",
        key.runUid(),
        key.attempt(),
        process.get().pid());
    var end = new CompletableFuture<ProcessExit>();
    adopted.put(key, new Adopted(attempt.process().get(), end));
    watch(key, process.get(), end);
  }

  /** Looks which of the trainers that are no children of this process have ended. */
  private void lookAtAdopted() {
    adopted.forEach(
        (key, trainer) -> {
          if (ProcessIdentity.find(trainer.mark()).isEmpty()) {
            adopted.remove(key);
            trainer.end().complete(ProcessExit.unseen("its trainer ended"));
          }
        });
  }

  @Override
  public void work() {
    unnoted.forEach(this::note);
    takeOver(false);
    lookAtAdopted();
    endUnwanted();
    while (!closed) {
      Optional<Attempts.Launch> next =
          attempts.next(RunRow.LOCAL, settings.maxConcurrentRuns(), Optional.of(here));
      if (next.isEmpty()) {
        return;
      }
      start(next.get());
    }
  }

  /**
   * Ends trainers whose run was deleted, has ended, or has given up on them. One that is ending by
   * itself is given the time to.
   */
  private void endUnwanted() {
    unwanted.retainAll(processes.keySet());
    List<Key> suspects = List.copyOf(processes.keySet());
    if (suspects.isEmpty()) {
      return;
    }
    Set<Key> wanted =
        store.inTransaction(transaction -> transaction.attempts().wantedLocal()).stream()
            .map(attempt -> new Key(attempt.runUid(), attempt.attempt()))
            .collect(Collectors.toSet());
    for (Key key : suspects) {
      if (!wanted.contains(key) && unwanted.add(key)) {
        CompletableFuture.delayedExecutor(UNWANTED_GRACE.toMillis(), TimeUnit.MILLISECONDS)
            .execute(
                () -> {
                  if (end(key.runUid(), key.attempt())) {
                    LOG.info(
                        "unwanted trainer ended runId={} attempt={}", key.runUid(), key.attempt());
                  }
                });
      }
    }
  }

  private void start(Attempts.Launch launch) {
    var key = new Key(launch.runUid(), launch.attempt());
    try {
      Files.createDirectories(files.attempt(key.runUid(), key.attempt()));
      Files.createDirectories(files.checkpoints(key.runUid()));
      var builder =
          new ProcessBuilder(settings.command())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(files.log(key.runUid(), key.attempt()).toFile());
      builder.environment().putAll(settings.environment());
      builder.environment().put("CONNECTOME_RUN_UID", key.runUid().toString());
      builder.environment().put("CONNECTOME_INSTANCE_ID", launch.instanceId());
      builder
          .environment()
          .put("CONNECTOME_CHECKPOINT_DIR", files.checkpoints(key.runUid()).toString());
      builder
          .environment()
          .put("CONNECTOME_OUTCOME_FILE", files.outcome(key.runUid(), key.attempt()).toString());
      Process process = builder.start();
      LOG.info(
          "trainer started run={} runId={} attempt={} pid={}",
          launch.runId(),
          key.runUid(),
          key.attempt(),
          process.pid());
      watch(key, process.toHandle(), process.onExit().thenApply(ProcessExit::of));
      remember(key, process.toHandle());
    } catch (IOException e) {
      LOG.error("trainer not started runId={} error=\"{}\"", key.runUid(), e.getMessage());
      unnoted.put(key, ProcessExit.unseen("its trainer could not be started: " + e.getMessage()));
    }
  }

  /** For a controller that has to find the process again; the file is for people and {@code up}. */
  private void remember(Key key, ProcessHandle process) {
    String mark = ProcessIdentity.of(process);
    store.inTransaction(
        transaction -> {
          transaction.attempts().setProcess(key.runUid(), key.attempt(), mark);
          return key;
        });
    Path file = files.processFile(key.runUid(), key.attempt());
    try {
      long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
      Files.writeString(file, process.pid() + "\n" + start + "\n");
    } catch (IOException e) {
      LOG.warn("process file not written path={} error=\"{}\"", file, e.getMessage());
    }
  }

  private void watch(Key key, ProcessHandle process, CompletableFuture<ProcessExit> end) {
    processes.put(key, process);
    CompletableFuture<Void> noted =
        end.thenAcceptAsync(
            exit -> {
              LOG.info(
                  "trainer gone runId={} attempt={} how=\"{}\"",
                  key.runUid(),
                  key.attempt(),
                  exit.what());
              unnoted.put(key, exit);
              processes.remove(key);
              note(key, exit);
            });
    ends.put(key, noted);
    var unused =
        noted.whenComplete(
            (nothing, e) -> {
              ends.remove(key);
              if (e != null) {
                LOG.warn(
                    "end of a trainer not noted, will be tried again runId={} attempt={} error=\"{}\"",
                    key.runUid(),
                    key.attempt(),
                    e.getMessage());
              }
            });
  }

  /** Is tried again until it has worked. */
  private void note(Key key, ProcessExit exit) {
    exitRecorder.note(key.runUid(), key.attempt(), exit);
    unnoted.remove(key);
  }

  @Override
  public boolean end(UUID runUid, int attempt) {
    ProcessHandle process = processes.get(new Key(runUid, attempt));
    if (process == null) {
      return false;
    }
    process.destroy();
    CompletableFuture.delayedExecutor(KILL_AFTER.toMillis(), TimeUnit.MILLISECONDS)
        .execute(process::destroyForcibly);
    return true;
  }

  @Override
  public void close() {
    closed = true;
    List<CompletableFuture<Void>> waited = List.copyOf(ends.values());
    processes.values().forEach(ProcessHandle::destroy);
    if (waited.isEmpty()) {
      return;
    }
    LOG.info("ending trainers count={}", waited.size());
    try {
      CompletableFuture.allOf(waited.toArray(CompletableFuture[]::new))
          .get(SHUTDOWN_GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("trainers did not end in time, killing them count={}", processes.size());
      processes.values().forEach(ProcessHandle::destroyForcibly);
    } catch (ExecutionException e) {
      LOG.error("end of a trainer not noted", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
