package dev.connectome.benchmarks.kernel;

import dev.connectome.platform.Installation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code connectome bench kernel}. */
@Command(
    name = "kernel",
    mixinStandardHelpOptions = true,
    description = {
      "Measures a whole signature beside the bare matrix product in the same process, and beside"
          + " NumPy and SciPy if python3 has them."
    })
public final class KernelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** Made by the command-line parser, which sets the field. */
  @SuppressWarnings("NullAway.Init")
  public KernelCommand() {}

  @Override
  public Integer call() throws Exception {
    new SignatureSpeed(
            spec.commandLine().getOut(),
            Installation.current().home().resolve("benchmarks/published_pipeline.py"))
        .measure();
    return 0;
  }
}
