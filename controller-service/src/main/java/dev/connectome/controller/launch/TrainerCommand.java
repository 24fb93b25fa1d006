package dev.connectome.controller.launch;

import dev.connectome.controller.lifecycle.LaunchQueue.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the process of a trainer, with its folders, log and environment. */
final class TrainerCommand {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerCommand.class);

  private final List<String> command;
  private final Map<String, String> environment;
  private final RunFiles files;

  TrainerCommand(List<String> command, Map<String, String> environment, RunFiles files) {
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.files = files;
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
    variables.putAll(environment);
    variables.put("CONNECTOME_RUN_UID", launch.runUid().toString());
    variables.put("CONNECTOME_INSTANCE_ID", launch.instanceId());
    variables.put("CONNECTOME_CHECKPOINT_DIR", files.checkpoints(launch.runUid()).toString());
    variables.put(
        "CONNECTOME_OUTCOME_FILE", files.outcome(launch.runUid(), launch.attempt()).toString());
    return builder.start();
  }

  /** Names the process for people and for {@code connectome up}: its pid and its start time. */
  void writeProcessFile(Launch launch, ProcessHandle process) {
    Path file = files.processFile(launch.runUid(), launch.attempt());
    try {
      long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
      Files.writeString(file, process.pid() + "\n" + start + "\n");
    } catch (IOException e) {
      LOG.warn("process file not written path={} error=\"{}\"", file, e.getMessage());
    }
  }
}
