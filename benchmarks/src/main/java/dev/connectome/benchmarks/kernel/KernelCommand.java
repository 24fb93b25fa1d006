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
    description =
        "Compares a whole signature with the bare matrix product in the same process, and with"
            + " NumPy and SciPy if python3 has them.")
@SuppressWarnings("NullAway.Init") // Picocli sets the field.
public final class KernelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    new SignatureSpeed(
            spec.commandLine().getOut(),
            Installation.current().home().resolve("benchmarks/published_pipeline.py"))
        .measure();
    return 0;
  }
}
