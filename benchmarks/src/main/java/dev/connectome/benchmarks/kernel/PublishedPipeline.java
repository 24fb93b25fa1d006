package dev.connectome.benchmarks.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the script that measures NumPy and SciPy, in a process of its own. */
final class PublishedPipeline {

  private PublishedPipeline() {}

  /** The median of its rounds; null where there is no Python with NumPy and SciPy. */
  static @Nullable Double medianMillis(Path script, int samples, int neurons)
      throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", script.toString()));
    command.add(Integer.toString(samples));
    command.add(Integer.toString(neurons));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    for (String library : List.of("OPENBLAS", "OMP", "MKL")) {
      builder.environment().put(library + "_NUM_THREADS", "1");
    }
    try {
      Process python = builder.start();
      String printed = new String(python.getInputStream().readAllBytes()).strip();
      return python.waitFor() == 0 ? Double.valueOf(printed) : null;
    } catch (IOException e) {
      return null;
    }
  }
}
