package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the process of a trainer, with its folders, log and environment. */
final class TrainerCommand {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerCommand.class);

  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private final List<String> command;
  private final Map<String, String> environment;
  private final RunFiles files;

  /**
   * @param environment all that the trainer gets
   */
  TrainerCommand(List<String> command, Map<String, String> environment, RunFiles files) {
    this.command = inSession(command);
    this.environment = Map.copyOf(environment);
    this.files = files;
  }

  /** In a session of its own, where there is one, its processes are found when the first ended. */
  private static List<String> inSession(List<String> command) {
    return Files.isExecutable(SETSID)
        ? Stream.concat(Stream.of(SETSID.toString()), command.stream()).toList()
        : List.copyOf(command);
  }

  Process start(Launch launch) throws IOException {
    Files.createDirectories(files.attempt(launch.runUid(), launch.attempt()));
    Files.createDirectories(files.checkpoints(launch.runUid()));
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(files.log(launch.runUid(), launch.attempt()).toFile());
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    variables.put("CONNECTOME_RUN_UID", launch.runUid().toString());
    variables.put("CONNECTOME_INSTANCE_ID", launch.instanceId());
    variables.put("CONNECTOME_CHECKPOINT_DIR", files.checkpoints(launch.runUid()).toString());
    variables.put(
        "CONNECTOME_OUTCOME_FILE", files.outcome(launch.runUid(), launch.attempt()).toString());
    return builder.start();
  }

  /**
   * Names the process for people, for {@code connectome up} and for a controller that adopts it:
   * its pid, its start time and its identity.
   */
  void writeProcessFile(Launch launch, ProcessHandle process) {
    Path file = files.processFile(launch.runUid(), launch.attempt());
    try {
      long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
      Files.writeString(
          file, "%d\n%d\n%s\n".formatted(process.pid(), start, ProcessIdentity.of(process)));
    } catch (IOException e) {
      LOG.warn("process file not written path={} error=\"{}\"", file, e.getMessage());
    }
  }
}
